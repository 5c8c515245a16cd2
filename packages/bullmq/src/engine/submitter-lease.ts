import { Timer } from '@conc/core/internal'
import type { Redis } from 'ioredis'
import { publishError } from './connection.js'
import type { Keys } from './keys.js'
import { leaseMs, renewMs } from './worker-leases.js'

/** Says that a submitter lives, for jobs that are to end with it. */
export class SubmitterLease {
  readonly #redis: Redis
  readonly #key: string
  readonly #executor: string
  #timer: Timer | undefined
  #isClosed = false

  constructor(redis: Redis, keys: Keys, id: string, executor: string) {
    this.#redis = redis
    this.#key = keys.submitter(id)
    this.#executor = executor
  }

  /** Resolves when the first one is there, which has to be before the first job. */
  async start(): Promise<void> {
    await this.#redis.set(this.#key, '1', 'PX', leaseMs)
    this.#timer = new Timer(renewMs, () => void this.#renew())
    this.#timer.hold(false)
  }

  async end(): Promise<void> {
    this.#isClosed = true
    this.#timer?.clear()
    await this.#redis.del(this.#key)
  }

  async #renew(): Promise<void> {
    try {
      if (!this.#isClosed) await this.start()
    } catch (error) {
      publishError(this.#executor, error)
      this.#timer = new Timer(renewMs, () => void this.#renew())
    }
  }
}
