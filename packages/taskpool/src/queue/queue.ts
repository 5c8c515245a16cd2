import {
  Conditions,
  checkKeys,
  checkLimit,
  checkObject,
  checkWaitOptions,
  Roster,
} from '@conc/core/internal'
import { QueueUnderflowError } from '../errors.js'
import { Fifo } from './fifo.js'
import { type Lease, QueueLease } from './lease.js'
import { Waiter } from './waiter.js'

/** Options of everything that waits. */
export interface Wait {
  /** Ends the wait: it rejects with `signal.reason`, and no item is lost. */
  readonly signal?: AbortSignal
}

/**
 * A queue between tasks: first in, first out, for items and for those who wait. It counts the items that were put and
 * not yet worked on, so that `join()` can wait for the end of all work.
 *
 * @example
 * const queue = new Queue<string>({ maxSize: 100 })
 * await queue.put('a')
 * for await (const lease of queue) console.log(lease.item)      // settled before the next, and on leaving
 */
export class Queue<T> implements AsyncIterable<Lease<T>> {
  readonly maxSize: number
  #unfinished = 0
  readonly #items = new Fifo<T>()
  readonly #getters = new Roster()
  readonly #putters = new Roster()
  readonly #conditions = new Conditions()

  /**
   * @param options.maxSize items that may lie here before `put` waits; default Infinity.
   * @throws {InvalidOptionError} `maxSize` is no positive integer or Infinity.
   */
  constructor(options: { readonly maxSize?: number } = {}) {
    checkObject('options', options)
    checkKeys('options', options, ['maxSize'])
    const { maxSize = Number.POSITIVE_INFINITY } = options
    checkLimit('maxSize', maxSize)
    this.maxSize = maxSize
  }

  /** Items that lie here. */
  get size(): number {
    return this.#items.size
  }

  /** Items that were put, and not yet worked on. */
  get unfinished(): number {
    return this.#unfinished
  }

  /** Puts `item` at the end, when there is room. */
  put(item: T, options: Wait = {}): Promise<void> {
    const { signal } = checkWait(options)
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.tryPut(item)) return Promise.resolve()
    return new Waiter<void, T>(this.#putters, item, signal).promise
  }

  /** Puts `item` at the end, if there is room now. @returns whether there was. */
  tryPut(item: T): boolean {
    if (this.#items.size >= this.maxSize) return false
    this.#add(item)
    return true
  }

  /** The oldest item, when there is one. It stays unfinished until `itemProcessed()`. */
  get(options: Wait = {}): Promise<T> {
    const { signal } = checkWait(options)
    if (signal?.aborted) return Promise.reject(signal.reason)
    const taken = this.tryGet()
    if (taken) return Promise.resolve(taken.item)
    return new Waiter<T, undefined>(this.#getters, undefined, signal).promise
  }

  /** The oldest item, if there is one now. */
  tryGet(): { item: T } | undefined {
    if (this.#items.size === 0) return undefined
    const item = this.#items.shift()
    this.#admit()
    return { item }
  }

  /** As `get`, with the duty to say when it was worked on: `using lease = await queue.take()`. */
  take(options: Wait = {}): Promise<Lease<T>> {
    return this.get(options).then((item) => new QueueLease(item, (end) => this.#settle(item, end)))
  }

  /** The leases of items as they come. Each is settled before the next is taken, and on leaving the loop. */
  leases(options: Wait = {}): AsyncGenerator<Lease<T>, void> {
    checkWait(options)
    return this.#leases(options)
  }

  [Symbol.asyncIterator](): AsyncGenerator<Lease<T>, void> {
    return this.leases()
  }

  /** An item taken by `get` or `tryGet` was worked on. @throws {QueueUnderflowError} there is none. */
  itemProcessed(): void {
    if (this.#unfinished === 0) throw new QueueUnderflowError()
    this.#unfinished--
    if (this.#unfinished === 0) this.#conditions.check()
  }

  /** Resolves when every item that was put has been worked on. */
  join(options: Wait = {}): Promise<void> {
    const { signal } = checkWait(options)
    return this.#conditions.until(() => this.#unfinished === 0, signal)
  }

  async *#leases(options: Wait): AsyncGenerator<Lease<T>, void> {
    for (;;) {
      const lease = await this.take(options)
      try {
        yield lease
      } finally {
        lease.done()
      }
    }
  }

  #settle(item: T, end: 'done' | 'back'): void {
    // Added first: the count of unfinished items must not touch 0 in between.
    if (end === 'back') this.#add(item)
    this.itemProcessed()
  }

  #add(item: T): void {
    this.#unfinished++
    const getter = this.#getters.head as Waiter<T, undefined> | undefined
    if (getter) getter.serve(item)
    else this.#items.push(item)
  }

  /** Lets those in who wait with an item. */
  #admit(): void {
    while (this.#putters.size > 0 && this.#items.size < this.maxSize) {
      const putter = this.#putters.head as Waiter<void, T>
      putter.serve()
      this.#add(putter.payload)
    }
  }
}

function checkWait(options: Wait): Wait {
  checkWaitOptions(options)
  return options
}
