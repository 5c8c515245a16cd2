import type { Job } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Keys } from '../engine/keys.js'

/** Losses after which a job counts as the cause of them. */
const poisonLimit = 3

const dayMs = 24 * 60 * 60 * 1000

/** What has to be known of a job after the worker that had it is gone. */
export class JobMemory {
  readonly #redis: Redis
  readonly #keys: Keys

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis
    this.#keys = keys
  }

  /** Whether this attempt had begun before; from now on it has. */
  async hasBegun(job: Job): Promise<boolean> {
    const key = this.#keys.begun(`${job.id}-${job.attemptsMade}`)
    return (await this.#redis.set(key, '1', 'PX', dayMs, 'NX')) === null
  }

  /** @returns whether it has ended its thread too often. */
  async countLoss(id: string): Promise<boolean> {
    const key = this.#keys.losses(id)
    const losses = await this.#redis.incr(key)
    await this.#redis.pexpire(key, dayMs)
    return losses >= poisonLimit
  }
}
