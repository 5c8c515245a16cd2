import { ConcError, InvalidOptionError } from '@conc/core'
import { checkKeys, checkLimit, checkObject } from '@conc/core/internal'
import { Job, type Queue } from 'bullmq'
import { errorOf, isStalledText } from '../envelope/failure-text.js'

/** A job that failed for good. */
export interface DeadLetter {
  readonly id: string
  readonly task: string
  /** As its submitter got it. */
  readonly error: unknown
  /** The first line of that, for people. */
  readonly reason: string
  /** Epoch ms. */
  readonly failedAt: number
  readonly attempts: number
}

const pageSize = 100

/** The failed jobs of a queue, of all submitters, as long as they are kept. */
export class DeadLetters {
  readonly #queue: () => Promise<Queue>

  constructor(queue: () => Promise<Queue>) {
    this.#queue = queue
  }

  /** @param options.limit how many at the most; default Infinity. The newest come first. */
  async *list(
    options: { readonly limit?: number } = {},
  ): AsyncGenerator<DeadLetter, void, undefined> {
    checkObject('options', options)
    checkKeys('options', options, ['limit'])
    const { limit = Number.POSITIVE_INFINITY } = options
    checkLimit('limit', limit)
    const queue = await this.#queue()
    for (let from = 0; from < limit; from += pageSize) {
      const to = Math.min(from + pageSize, limit) - 1
      const jobs = await queue.getFailed(from, to)
      for (const job of jobs) if (job) yield letterOf(job)
      if (jobs.length < pageSize) return
    }
  }

  /** Puts a job into the queue again, with all its attempts. @returns rejects where no failed job has the id. */
  async retry(id: string): Promise<void> {
    const job = await this.#failed(id)
    await job.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
  }

  /** Forgets a job. @returns rejects where no failed job has the id. */
  async remove(id: string): Promise<void> {
    await (await this.#failed(id)).remove()
  }

  async #failed(id: string): Promise<Job> {
    if (typeof id !== 'string' || id === '')
      throw new InvalidOptionError('id', 'the id of a job', id)
    const job = await Job.fromId(await this.#queue(), id)
    if (job && (await job.isFailed())) return job
    throw new ConcError(`No failed job has the id '${id}'.`, { code: 'CONC_UNKNOWN_JOB' })
  }
}

function letterOf(job: Job): DeadLetter {
  const text = job.failedReason ?? ''
  const reason = text.split('\n', 1)[0] ?? ''
  return {
    id: job.id as string,
    task: job.name,
    error: isStalledText(text) ? new Error(text) : errorOf(text),
    reason,
    failedAt: job.finishedOn ?? job.timestamp,
    attempts: job.attemptsMade,
  }
}
