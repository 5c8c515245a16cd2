import { type AskedAbove, Line, Slot } from '@conc/core/internal'

/** Where a body tells that it waits. */
export interface Waiting {
  begin(call: number): void
  /** Resolves when the body holds a slot again. */
  end(call: number): Promise<void>
  /** Asks the thread that has the pool. */
  ask(call: number, service: string, request: unknown): AskedAbove
}

/** The line of a slot is what nested calls of this event loop look for; the pool's line is in another thread. */
const elsewhere = new Line(Number.POSITIVE_INFINITY)

const nothing = (): void => {}

/** The slot under one body here; it can be given up while the body waits. */
export class ThreadSlot extends Slot {
  readonly call: number
  readonly #waiting: Waiting

  constructor(call: number, waiting: Waiting) {
    super(elsewhere, nothing)
    this.call = call
    this.#waiting = waiting
  }

  override ask(service: string, request: unknown): AskedAbove {
    return this.#waiting.ask(this.call, service, request)
  }

  override async suspend<T>(wait: () => T | PromiseLike<T>): Promise<Awaited<T>> {
    this.#waiting.begin(this.call)
    try {
      return await wait()
    } finally {
      await this.#waiting.end(this.call)
    }
  }
}
