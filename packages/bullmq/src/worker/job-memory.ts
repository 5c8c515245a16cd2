import type { Job } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Ask } from '../engine/connection.js'
import type { Keys } from '../engine/keys.js'

/** Losses after which a job counts as the cause of them. */
const poisonLimit = 3

const dayMs = 24 * 60 * 60 * 1000

/** What has to be known of a job after the worker that had it is gone. */
export class JobMemory {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #ask: Ask

  constructor(redis: Redis, keys: Keys, ask: Ask) {
    this.#redis = redis
    this.#keys = keys
    this.#ask = ask
  }

  /** Whether this attempt had begun before; from now on it has. @param token who asks, and may have to ask twice. */
  async hasBegun(job: Job, token: string): Promise<boolean> {
    const key = this.#begun(job)
    return await this.#ask(async () => {
      const isFirst = (await this.#redis.set(key, token, 'PX', dayMs, 'NX')) !== null
      return !isFirst && (await this.#redis.get(key)) !== token
    })
  }

  /** This attempt was not begun after all. */
  async hasNotBegun(job: Job): Promise<void> {
    await this.#ask(() => this.#redis.del(this.#begun(job)))
  }

  /** @param start which of its starts ended its thread. @returns whether too many did. */
  async countLoss(id: string, start: number): Promise<boolean> {
    const key = this.#keys.losses(id)
    // No counter: whoever has to say it twice has lost one thread.
    await this.#ask(() => this.#redis.sadd(key, start))
    await this.#ask(() => this.#redis.pexpire(key, dayMs))
    return (await this.#ask(() => this.#redis.scard(key))) >= poisonLimit
  }

  #begun({ id, attemptsMade }: Job): string {
    return this.#keys.begun(`${id}-${attemptsMade}`)
  }
}
