import { ConnectionLostError, channels } from '@conc/core'
import { Conditions, deferred, publish, Timer } from '@conc/core/internal'
import { Redis, type RedisOptions } from 'ioredis'
import type { QueueSettings } from '../options/connection-options.js'
import { isConnectionError } from './connection-errors.js'
import { dontKeepUnanswered, endForGood, letOwnCommandsFail } from './unanswered.js'

/** Gives what a command gives, once Redis has answered it. */
export type Ask = <T>(command: () => Promise<T>) => Promise<T>

/** Longest pause between two tries to reconnect. */
const retryMs = 2000

/**
 * A connection over which no answer comes for so long counts as broken: a network may lose one without a word. Longer than
 * BullMQ's own waits in Redis; ms.
 */
const silenceMs = 30_000

/** For BullMQ to close what answers; ms. */
export const closingMs = 5000

/** Before a command is sent again over a connection that is there; ms. */
const againMs = 50

/** One connection to Redis that is set up again by itself whenever it is lost, until it is closed. */
export class Connection {
  readonly redis: Redis
  readonly #executor: string
  /** Those that BullMQ makes like this one, and does not always end. */
  readonly #copies: Redis[] = []
  readonly #states = new Conditions()
  #isEnded = false
  #lastError: unknown

  /** @param isBlocking for commands that wait in Redis: they are sent again after a loss, however long it takes. */
  constructor(settings: QueueSettings, executor: string, isBlocking = false) {
    this.#executor = executor
    const options: RedisOptions = {
      retryStrategy: (times) => Math.min(50 * 2 ** times, retryMs),
      socketTimeout: silenceMs,
      ...settings.redis,
      lazyConnect: true,
      enableOfflineQueue: isBlocking,
      maxRetriesPerRequest: isBlocking ? null : 1,
    }
    // As BullMQ reads replies.
    this.redis = new Redis({ ...options, replyMapping: 'legacy' })
    letOwnCommandsFail(this.redis)
    if (!isBlocking) dontKeepUnanswered(this.redis)
    this.redis.duplicate = (override) => this.#copy(override)
    this.redis.on('error', (error) => this.#failed(error))
    this.redis.on('ready', () => this.#states.check())
    this.redis.on('end', () => this.#states.check())
  }

  get isReady(): boolean {
    // Once it is closed, ioredis says so only when the other side has hung up, too.
    return !this.#isEnded && this.redis.status === 'ready'
  }

  /**
   * Waits until commands can be sent; connects where nobody did yet.
   *
   * @returns rejects with `signal.reason`, or with a `ConnectionLostError` after `withinMs`.
   */
  async ready(withinMs: number, signal?: AbortSignal): Promise<void> {
    if (this.isReady) return
    if (this.redis.status === 'wait') this.redis.connect().catch(() => {})
    const limit = timeLimit(withinMs, signal)
    try {
      await this.#states.until(() => this.isReady || this.#isEnded, limit)
    } catch (reason) {
      if (signal?.aborted) throw signal.reason
      throw this.lost('unknown', reason)
    }
    if (this.#isEnded) throw this.lost(false, this.#lastError)
  }

  /**
   * For commands that may be sent again where a connection broke before their answer.
   *
   * @returns a function that rejects with a `ConnectionLostError` where Redis has been away for `withinMs`.
   */
  patient(withinMs: number): Ask {
    return async (command) => {
      const giveUpAt = Date.now() + withinMs
      for (;;) {
        try {
          return await command()
        } catch (error) {
          if (!isConnectionError(error)) throw error
          const leftMs = giveUpAt - Date.now()
          if (leftMs <= 0) throw this.lost('unknown', error)
          await this.again(leftMs)
        }
      }
    }
  }

  /** Waits until a command may be sent again that was not answered; as `ready`, but never at once. */
  async again(withinMs: number): Promise<void> {
    // It may be back already. Where BullMQ's end of it is closed, that goes on until this one is, too.
    if (this.isReady) await new Promise<void>((resolve) => new Timer(againMs, resolve))
    await this.ready(withinMs)
  }

  /** @param onLost called when a connection that was there has been away for `ms`. */
  watch(ms: number, onLost: (error: ConnectionLostError) => void): void {
    let timer: Timer | undefined
    this.redis.on('close', () => {
      if (this.#isEnded) return
      timer ??= new Timer(ms, () => onLost(this.lost('unknown')))
    })
    for (const event of ['ready', 'end']) {
      this.redis.on(event, () => {
        timer?.clear()
        timer = undefined
      })
    }
  }

  lost(started: false | 'unknown', reason?: unknown): ConnectionLostError {
    const { host = '127.0.0.1', port = 6379 } = this.redis.options
    return new ConnectionLostError(`No connection to Redis at ${host}:${port}.`, {
      executor: this.#executor,
      started,
      cause: this.#lastError ?? reason,
    })
  }

  /**
   * Waits for what `close` does over this connection, as long as there is one, and `withinMs` at the most: BullMQ's own
   * closing waits for ever where this one, or another of its own, is between two tries to connect.
   */
  async whileConnected(
    close: () => Promise<unknown>,
    withinMs: number = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const closed = close().catch(() => {})
    if (!this.isReady) return
    const { promise, resolve } = deferred()
    this.redis.once('close', resolve)
    const timer = withinMs === Number.POSITIVE_INFINITY ? undefined : new Timer(withinMs, resolve)
    await Promise.race([closed, promise])
    timer?.clear()
    this.redis.off('close', resolve)
  }

  /** Ends it for good, and those that were made like it. Commands that are on their way reject. */
  close(): void {
    this.#isEnded = true
    for (const redis of [...this.#copies, this.redis]) endForGood(redis)
    this.#states.check()
  }

  #copy(override?: Partial<RedisOptions>): Redis {
    const copy = Redis.prototype.duplicate.call(this.redis, override)
    letOwnCommandsFail(copy)
    this.#copies.push(copy)
    return copy
  }

  #failed(error: unknown): void {
    this.#lastError = error
    publishError(this.#executor, error)
  }
}

/** Errors of connections, for whoever watches: they mend themselves or show in calls. */
export function publishError(executor: string, error: unknown): void {
  publish(channels.worker, 'error', executor, () => ({ error }))
}

function timeLimit(ms: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(Math.min(ms, 2 ** 31 - 1))
  return signal ? AbortSignal.any([signal, limit]) : limit
}
