import { currentFrame, Line, Slot } from '@conc/core/internal'
import type { Questions } from './questions.js'

/** The line of a slot is what nested calls of this event loop look for; the pool's line is in another process. */
const elsewhere = new Line(Number.POSITIVE_INFINITY)

/** The slot under one body here; it can be given up while the body waits. */
export class WorkerSlot extends Slot {
  /** The body's id on the link. */
  readonly body: number
  readonly #questions: Questions

  constructor(body: number, questions: Questions) {
    super(elsewhere, () => {})
    this.body = body
    this.#questions = questions
  }

  override async suspend<T>(wait: () => T | PromiseLike<T>): Promise<Awaited<T>> {
    this.#questions.suspend(this.body)
    try {
      return await wait()
    } finally {
      await this.#questions.resume(this.body)
    }
  }
}

/** The body that runs here, also through tasks that run locally inside of it; 0 for none. */
export function bodyHere(): number {
  const slot = currentFrame()?.slots?.find((one) => one instanceof WorkerSlot)
  return slot instanceof WorkerSlot ? slot.body : 0
}
