import { type Deferred, deferred } from '@conc/core/internal'
import { decodeError } from '@conc/wire'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'

/** Questions to the server itself, by id: each is answered by one frame. */
export class Requests {
  readonly #open = new Map<number, Deferred<Frame>>()

  /** Waits for the answer to `id`; rejects with what the server refuses it with. */
  answerTo(id: number): Promise<Frame> {
    const answer = deferred<Frame>()
    this.#open.set(id, answer)
    return answer.promise
  }

  /** @returns whether it was an answer. */
  received(frame: Frame): boolean {
    const answer = this.#open.get(frame.id)
    if (answer === undefined) return false
    this.#open.delete(frame.id)
    if (frame.type === frameType.error) answer.reject(decodeError(frame.body))
    else answer.resolve(frame)
    return true
  }

  rejectAll(error: unknown): void {
    for (const answer of this.#open.values()) answer.reject(error)
    this.#open.clear()
  }
}
