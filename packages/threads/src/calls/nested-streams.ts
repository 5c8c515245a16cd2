import { type Call, cutShort } from '@conc/core/internal'
import type { NestedOwner } from './nested-answer.js'

/**
 * The open streams that bodies have made. Their items go from thread to thread, so that nobody here sees them being pulled;
 * but once the body is over, its stream may have no consumer any more.
 */
export class NestedStreams {
  readonly #open = new Map<Call, Pick<NestedOwner, 'isLeft'>>()

  add(call: Call, owner: Pick<NestedOwner, 'isLeft'>): void {
    this.#open.set(call, owner)
  }

  delete(call: Call): void {
    this.#open.delete(call)
  }

  /** Ends those whose body is over. */
  endLeft(): void {
    for (const [call, { isLeft }] of this.#open) {
      if (isLeft) call.interrupt(cutShort('shutdown', call))
    }
  }
}
