import type { Composition } from '../plan/composition.js'

/** What a call is judged by, beside its own plan. */
export interface Facts {
  readonly composition: Composition
  /** How often the body of each script was begun. */
  readonly starts: ReadonlyMap<string, number>
  /** Calls made with each script; those with a key may be made twice. */
  readonly submits: ReadonlyMap<string, number>
  /** Nothing was disturbed, no body has ended its process, and nothing was closed before its calls had settled. */
  readonly isCalm: boolean
}
