import { failureText } from '../envelope/failure-text.js'
import type { QueueLink } from './queue-link.js'

/** What goes over the channel to the workers. */
export interface CancelMessage {
  /** `cancelName` of the job. */
  readonly cancel: string
  /** `failureText` of the reason. */
  readonly reason: string
}

/** A stream's consumer has asked for so many items altogether. */
export interface CreditMessage {
  readonly credit: string
  readonly upTo: number
}

const dayMs = 24 * 60 * 60 * 1000

/** Takes jobs back: out of the queue where they wait, else by telling whoever runs them. */
export class Canceller {
  readonly #link: QueueLink

  constructor(link: QueueLink) {
    this.#link = link
  }

  /**
   * Tells every worker, also of a job that is still on its way into the queue: one that takes it later knows already. The
   * tombstone is for workers that are not listening now; it lasts until after the job's deadline, a day at most.
   *
   * @param name `cancelName` of the job.
   */
  async announce(name: string, reason: unknown, deadline: number | undefined): Promise<void> {
    const { keys, commands, ask } = this.#link
    const text = failureText(reason, 'the submitter')
    const message: CancelMessage = { cancel: name, reason: text }
    const ttlMs = deadline === undefined ? dayMs : Math.min(deadline - Date.now() + 60_000, dayMs)
    // In this order over one connection: a worker that does not hear it any more finds the tombstone.
    await ask(() =>
      Promise.all([
        commands.redis.set(keys.tombstone(name), text, 'PX', Math.max(Math.ceil(ttlMs), 60_000)),
        commands.redis.publish(keys.toWorkers, JSON.stringify(message)),
      ]),
    )
  }

  /** @returns whether the job was still waiting, and so never runs. */
  async withdraw(id: string): Promise<boolean> {
    const { queue } = await this.#link.open()
    return (await this.#link.ask(() => queue.remove(id))) === 1
  }
}
