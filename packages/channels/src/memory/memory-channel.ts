import { InvalidOptionError } from '@conc/core'
import { checkCount, checkKeys, checkObject, checkOneOf } from '@conc/core/internal/base'
import type { Channel, End, EndOptions } from '../channel/channel.js'
import { ChannelEnd } from '../channel/channel-end.js'
import { type Nothing, nothing } from '../channel/nothing.js'
import { ItemQueue } from './item-queue.js'

/** What a full channel does with one item more: waits, drops it, or drops the oldest. */
export type Strategy = 'suspend' | 'dropping' | 'sliding'

/** Options of `channel`. */
export interface ChannelOptions {
  /** How many items it holds that nobody has taken: an integer of at least 0, or Infinity. Default 0. */
  readonly capacity?: number
  /** What a put does when it is full: waits, drops its own item, or drops the oldest one. Default `'suspend'`. */
  readonly strategy?: Strategy
  /** Shown in errors. Default `'channel'`. */
  readonly name?: string
}

/**
 * A channel inside of this thread: one queue, any number of getters and putters, values by identity.
 *
 * @param options the capacity alone, or options.
 * @throws {InvalidOptionError}
 * @example
 * const jobs = channel<string>(16)
 * void produce(jobs)
 * for await (const job of jobs) await work(job)
 */
export function channel<T>(options: number | ChannelOptions = {}): Channel<T> {
  const { capacity = 0, strategy = 'suspend', name = 'channel' } = checked(options)
  return new MemoryChannel<T, T>(name, capacity, strategy)
}

function checked(options: number | ChannelOptions): ChannelOptions {
  const given = typeof options === 'number' ? { capacity: options } : options
  checkObject('options', given)
  checkKeys('options', given, ['capacity', 'strategy', 'name'])
  if (given.capacity !== undefined) checkCount('capacity', given.capacity)
  if (given.strategy !== undefined) {
    checkOneOf('strategy', given.strategy, ['suspend', 'dropping', 'sliding'])
  }
  if (given.name !== undefined && typeof given.name !== 'string') {
    throw new InvalidOptionError('name', 'a string', given.name)
  }
  return given
}

/** Both ends of a channel of one thread. */
export class MemoryChannel<Send, Recv extends Send> extends ChannelEnd<Send, Recv> {
  readonly #items = new ItemQueue<Recv>()
  readonly #strategy: Strategy
  #ended: End | undefined

  constructor(name: string, capacity: number, strategy: Strategy) {
    super(name, capacity)
    this.#strategy = strategy
  }

  get size(): number {
    return this.#items.size + this.putters.size
  }

  alive(): boolean {
    return this.#ended === undefined
  }

  closeWrite(): void {
    this.end({})
  }

  takeNow(): Recv | Nothing {
    if (this.#items.size > 0) {
      const value = this.#items.shift()
      if (this.putters.size > 0) this.pump()
      this.takenCount++
      return value
    }
    // At capacity 0, or where a select puts: straight from who waits.
    if (this.putters.size === 0) return nothing
    const putter = this.nextPutter()
    putter.accepted()
    this.takenCount++
    return putter.value as Recv
  }

  isReadable(): boolean {
    return this.size > 0 || this.#ended !== undefined
  }

  endReached(): End | undefined {
    return this.size > 0 ? undefined : this.#ended
  }

  isWritable(): boolean {
    if (this.#ended || this.takers.size > 0 || this.#strategy !== 'suspend') return true
    return this.putters.size === 0 && this.#items.size < this.capacity
  }

  putNow(value: Send): boolean {
    if (this.#ended) throw this.closedError()
    if (this.takers.size > 0) {
      this.takenCount++
      this.nextTaker().taken(value as Recv)
      return true
    }
    if (this.#items.size >= this.capacity && !this.#makesRoom()) return this.#strategy !== 'suspend'
    this.#items.push(value as Recv)
    this.tellWatchers()
    return true
  }

  /**
   * Where takers and putters both wait, they are of one select that goes both ways, as all others would have met: a
   * new taker may have what that select puts.
   */
  protected override mayTakeAtOnce(): boolean {
    return true
  }

  /** Lets those who wait to put move up into the room there is. */
  protected pump(): void {
    while (this.putters.size > 0 && this.#items.size < this.capacity) {
      const putter = this.nextPutter()
      this.#items.push(putter.value as Recv)
      putter.accepted()
    }
    if (this.putters.size > 0) this.tellWatchers()
  }

  protected end({ error, discard }: EndOptions): void {
    if (discard) this.#discard()
    if (this.#ended) return
    this.#ended = error === undefined ? {} : { error }
    while (this.takers.size > 0) this.nextTaker().ended(this.#ended)
    this.tellWatchers()
  }

  #discard(): void {
    this.#items.clear()
    while (this.putters.size > 0) this.nextPutter().refused(this.closedError())
  }

  /** @returns `false` where the new item is not to be kept. */
  #makesRoom(): boolean {
    if (this.#strategy !== 'sliding' || this.#items.size === 0) return false
    this.#items.shift()
    return true
  }
}
