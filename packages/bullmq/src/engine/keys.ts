import type { QueueSettings } from '../options/connection-options.js'

/** The names of everything a queue has in Redis. Braces keep them in one slot of a cluster. */
export class Keys {
  readonly prefix: string
  /** What BullMQ calls the queue. */
  readonly queue: string
  readonly #base: string

  constructor({ prefix, queue }: Pick<QueueSettings, 'prefix' | 'queue'>) {
    this.prefix = prefix
    this.queue = `{conc-${queue}}`
    this.#base = `${prefix}:${this.queue}`
  }

  /** BullMQ's hash of a job. */
  job(id: string): string {
    return `${this.#base}:${id}`
  }

  /** BullMQ's stream of what happens to the jobs. */
  get events(): string {
    return `${this.#base}:events`
  }

  /** There while a job is to be cancelled. @param name `cancelName` of the job. */
  tombstone(name: string): string {
    return `${this.#base}:cancel:${name}`
  }

  /** The starts of a job that have ended the thread it ran in. */
  losses(id: string): string {
    return `${this.#base}:loss:${id}`
  }

  /** There once a job that may not run twice has begun. */
  begun(id: string): string {
    return `${this.#base}:begun:${id}`
  }

  blob(id: string): string {
    return `${this.#base}:blob:${id}`
  }

  /** The items of a stream. */
  items(id: string): string {
    return `${this.#base}:stream:${id}`
  }

  /** How many items of a stream its consumer has asked for. */
  credit(id: string): string {
    return `${this.#base}:credit:${id}`
  }

  submitter(name: string): string {
    return `${this.#base}:submitter:${name}`
  }

  worker(name: string): string {
    return `${this.#base}:worker:${name}`
  }

  /** The names of the workers, by the time their lease ends. */
  get workers(): string {
    return `${this.#base}:workers`
  }

  /** Channel: cancels of running jobs, and credit of streams. */
  get toWorkers(): string {
    return `${this.#base}:to-workers`
  }

  /** Channel: a stream of the submitter has something new. */
  toSubmitter(name: string): string {
    return `${this.#base}:to-submitter:${name}`
  }
}
