import { channels } from '@conc/core'
import { publish } from '@conc/core/internal'
import type { Attempt } from '../calls/attempt.js'
import type { Thread } from '../thread/thread.js'

/** What is told on `conc:worker` of the threads of one pool. */
export class WorkerEvents {
  readonly #executor: string

  constructor(executor: string) {
    this.#executor = executor
  }

  up(thread: Thread): void {
    this.#publish('up', thread)
  }

  failedToStart(thread: Thread): void {
    this.#publish('lost', thread, { exitCode: null, tasks: [] })
  }

  /** A body ignores its cancel, and its thread goes on for the sake of others. */
  stuck(thread: Thread, attempt: Attempt): void {
    this.#publish('stuck', thread, { tasks: namesOf([attempt]) })
  }

  /** It had been at work; one that was only idle ends without a word. */
  ended(thread: Thread, exitCode: number | null, attempts: readonly Attempt[]): void {
    if (!thread.isDismissed) this.#publish('lost', thread, { exitCode, tasks: namesOf(attempts) })
    else if (thread.isRetiring) this.#publish('recycled', thread)
  }

  #publish(type: string, thread: Thread, details: Record<string, unknown> = {}): void {
    publish(channels.worker, type, this.#executor, () => ({ worker: thread.threadId, ...details }))
  }
}

function namesOf(attempts: readonly Attempt[]): string[] {
  return attempts.map(({ definition }) => definition.name)
}
