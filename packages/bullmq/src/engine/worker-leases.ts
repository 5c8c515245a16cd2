import type { Load } from '@conc/core'
import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'

/** What a live worker tells of itself. */
export interface WorkerInfo {
  readonly name: string
  /** Name to version, of every task it can run. */
  readonly tasks: Readonly<Record<string, string | null>>
  readonly host: string
  readonly pid: number
  readonly load: Load
}

/** How long a worker counts as alive after it was last heard of, and how often it says so; ms. */
export const leaseMs = 15_000
export const renewMs = 5000

/** Who works on a queue: an entry a worker, which runs out unless it is renewed. */
export class WorkerLeases {
  readonly #redis: Redis
  readonly #keys: Keys

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis
    this.#keys = keys
  }

  async renew(info: WorkerInfo): Promise<void> {
    const { workers } = this.#keys
    const now = Date.now()
    await this.#redis
      .multi()
      .set(this.#keys.worker(info.name), JSON.stringify(info), 'PX', leaseMs)
      .zadd(workers, now + leaseMs, info.name)
      .zremrangebyscore(workers, '-inf', String(now - leaseMs))
      .exec()
  }

  async withdraw(name: string): Promise<void> {
    await this.#redis.multi().del(this.#keys.worker(name)).zrem(this.#keys.workers, name).exec()
  }

  async list(): Promise<WorkerInfo[]> {
    const names = await this.#redis.zrange(this.#keys.workers, '0', '-1')
    if (names.length === 0) return []
    const texts = await this.#redis.mget(names.map((name) => this.#keys.worker(name)))
    return texts.filter((text) => text !== null).map((text) => JSON.parse(text) as WorkerInfo)
  }
}
