import { failureText } from '../envelope/failure-text.js'
import type { QueueLink } from './queue-link.js'

/** A stream's consumer has asked for so many items altogether. */
export interface CreditMessage {
  readonly credit: string
  readonly upTo: number
}

const dayMs = 24 * 60 * 60 * 1000

/** What goes over the channel to the workers. */
export interface CancelMessage {
  readonly cancel: string
  /** `failureText` of the reason. */
  readonly reason: string
}

/** Takes jobs back: out of the queue where they wait, else by telling whoever runs them. */
export class Canceller {
  readonly #link: QueueLink
  /** Cancelled jobs that are still on their way into the queue. */
  readonly #arriving = new Set<Promise<unknown>>()

  constructor(link: QueueLink) {
    this.#link = link
  }

  /** A cancelled job is being added; `withdrawn` settles when that was undone, as far as it can be. */
  expect(withdrawn: Promise<unknown>): void {
    this.#arriving.add(withdrawn)
    void withdrawn.finally(() => this.#arriving.delete(withdrawn))
  }

  /**
   * The tombstone first: a worker that takes the job between the steps finds it. It is not needed longer than the
   * job's deadline, and never longer than a day.
   *
   * @param tried called when it is out of the queue, or was not in there.
   * @returns whether the job was still waiting, and so never runs.
   */
  async cancel(
    id: string,
    reason: unknown,
    deadline: number | undefined,
    tried: () => void,
  ): Promise<boolean> {
    const { queue } = await this.#link.open()
    const { redis } = this.#link.commands
    const { keys } = this.#link
    const text = failureText(reason, 'the submitter')
    const ttlMs = deadline === undefined ? dayMs : Math.min(deadline - Date.now() + 60_000, dayMs)
    await redis.set(keys.tombstone(id), text, 'PX', Math.max(Math.ceil(ttlMs), 60_000))
    const wasWaiting = (await queue.remove(id)) === 1
    tried()
    if (wasWaiting) return true
    // What is cancelled together goes in the right order: a slot that a running job gives back finds nothing waiting.
    await Promise.all(this.#arriving)
    const message: CancelMessage = { cancel: id, reason: text }
    await redis.publish(keys.toWorkers, JSON.stringify(message))
    return false
  }
}
