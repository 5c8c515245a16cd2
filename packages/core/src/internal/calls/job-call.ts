import { Call } from './call.js'
import type { ForwardedOptions } from './forwarded-options.js'

/** What a call stands for: it decides what an interruption does. */
export interface Interruptible {
  interrupt(reason: unknown): void
}

/** The call behind jobs: it says when to stop, and its target says what stopping means. */
export class JobCall extends Call {
  #target: Interruptible | undefined

  constructor(executor: string, work: unknown, options: ForwardedOptions) {
    super(executor, work, options)
    // Only a call that was interrupted before it began rejects by itself; its job settles instead.
    this.promise.catch(() => {})
  }

  /** From now on `target` is what is interrupted. */
  attach(target: Interruptible): void {
    this.#target = target
  }

  override interrupt(reason: unknown): boolean {
    if (this.isSettled) return false
    // The base class may interrupt from its constructor, when no field of this class is there yet.
    const target = #target in this ? this.#target : undefined
    if (target === undefined) return super.interrupt(reason)
    target.interrupt(reason)
    return true
  }
}
