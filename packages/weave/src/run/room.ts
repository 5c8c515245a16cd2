import type { Executor } from '@conc/core'

/** Lets the calls of one run wait for room on an executor one after the other, so that each finds what it waited for. */
export class Room {
  readonly #last = new Map<Executor, Promise<void>>()

  /** Resolves when it is this caller's turn and there is room; it submits before the next one looks. */
  async wait(executor: Executor, signal: AbortSignal): Promise<void> {
    const before = this.#last.get(executor) ?? Promise.resolve()
    const turn = before.then(() => executor.ready({ signal }))
    // Its failure is the caller's; the next one looks for itself.
    this.#last.set(
      executor,
      turn.catch(() => {}),
    )
    await turn
  }
}
