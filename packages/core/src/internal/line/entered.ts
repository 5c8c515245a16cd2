import type { Call } from '../calls/call.js'
import type { Slot } from './slot.js'

/** One attempt that holds a slot. */
export interface Entered {
  readonly call: Call
  readonly work: (...args: never[]) => unknown
  readonly args: readonly unknown[]
  readonly attempt: number
  readonly slot: Slot
}
