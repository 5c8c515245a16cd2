import type { Call } from '../calls/call.js'
import type { Frame } from '../running/frame.js'
import type { Slot } from './slot.js'

/** One attempt that holds a slot. */
export interface Entered {
  readonly call: Call
  readonly work: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  readonly attempt: number
  readonly slot: Slot
  /** What surrounds the body of a call that was told; else it is whatever surrounds this code. */
  readonly frame?: Frame | undefined
}
