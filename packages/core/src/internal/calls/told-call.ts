import type { Executor } from '../../executor.js'
import type { Frame } from '../running/frame.js'
import type { Call } from './call.js'
import type { ForwardedOptions } from './forwarded-options.js'

/** Told once how a call ended, in place of a promise; after an interruption that is before the end of the body. */
export interface CallEnd {
  resolved(value: unknown): void
  rejected(reason: unknown): void
}

/** A call that somebody passes on who wants no promise of it, and whose async context is nobody's. */
export interface ToldCall {
  readonly work: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  readonly options: ForwardedOptions
  /** What surrounds the call and its body; default: what surrounds whoever passes it on. */
  readonly frame: Frame | undefined
  readonly end: CallEnd
}

/**
 * Under this key an executor takes a call that can start now: it has its slot when this returns, and its body begins in a
 * microtask. For whoever has many calls at once: each promise of a call costs as much as the rest of its way.
 *
 * @returns `undefined` where the call has to be submitted like any other.
 */
export const startTold: unique symbol = Symbol.for('conc.startTold') as never

export interface TellingExecutor extends Executor {
  [startTold](call: ToldCall): Call | undefined
}

export function isTelling(executor: Executor): executor is TellingExecutor {
  return startTold in executor
}
