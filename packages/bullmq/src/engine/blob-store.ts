import type { Redis } from 'ioredis'
import type { Ask } from './connection.js'
import type { Keys } from './keys.js'

/** Keeps values that are too large for a job. Implement it to keep them elsewhere: files, an object store. */
export interface BlobStore {
  /** Keeps `bytes` for at least `ttlMs`. */
  put(id: string, bytes: Uint8Array, ttlMs: number): Promise<void>
  /** `undefined` where there is none, or none any more. */
  get(id: string): Promise<Uint8Array | undefined>
  delete(id: string): Promise<void>
}

/** In keys of the same Redis, which expire. */
export class RedisBlobs implements BlobStore {
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #ask: Ask

  constructor(redis: Redis, keys: Keys, ask: Ask) {
    this.#redis = redis
    this.#keys = keys
    this.#ask = ask
  }

  async put(id: string, bytes: Uint8Array, ttlMs: number): Promise<void> {
    const [key, value] = [this.#keys.blob(id), Buffer.from(bytes)]
    await this.#ask(() => this.#redis.set(key, value, 'PX', Math.ceil(ttlMs)))
  }

  async get(id: string): Promise<Uint8Array | undefined> {
    return (await this.#ask(() => this.#redis.getBuffer(this.#keys.blob(id)))) ?? undefined
  }

  async delete(id: string): Promise<void> {
    await this.#redis.del(this.#keys.blob(id))
  }
}
