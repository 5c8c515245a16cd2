import type { Transferable } from '@conc/core'
import { checkBoolean, checkKeys, checkObject, type Member, Roster } from '@conc/core/internal/base'
import { ChannelClosedError } from '../errors.js'
import type { Channel, End, EndOptions, Moved, Received, WaitOptions } from './channel.js'
import { asReceived, asStep } from './deliveries.js'
import { checkWait, LimitedPut, LimitedTake } from './limited-waits.js'
import { type Nothing, nothing } from './nothing.js'
import { type Delivery, delivered, Put, type Putter, Take, type Taker } from './waits.js'

const acceptedAtOnce: Promise<void> = Promise.resolve()

/**
 * What all channels share: the lines of those who wait, and the promises over the steps that never wait, which
 * each kind of channel makes for itself.
 */
export abstract class ChannelEnd<Send, Recv> implements Channel<Send, Recv> {
  readonly name: string
  readonly capacity: number
  /** How many items were taken here; loops see from it whether one was. */
  takenCount = 0
  protected readonly takers: Roster = new Roster()
  protected readonly putters: Roster = new Roster()
  /** Told when something can be taken and nobody else has taken it. */
  protected readonly watchers: Set<() => void> = new Set()
  /** Structured clone refuses functions, and thus a channel wherever it hides in a value. */
  protected readonly staysHere = (): void => {}
  #closedError: ChannelClosedError | undefined

  constructor(name: string, capacity: number) {
    this.name = name
    this.capacity = capacity
  }

  abstract get size(): number
  abstract alive(): boolean
  abstract closeWrite(): void

  /** Takes an item that is there now. */
  abstract takeNow(): Recv | Nothing
  /** The end, once all items before it are taken. */
  abstract endReached(): End | undefined
  /** Whether there is an item, or the end. */
  abstract isReadable(): boolean
  /** Whether a `send` case could be chosen; a closed channel is ready, and choosing it fails. */
  abstract isWritable(): boolean
  /** @throws {ChannelClosedError} @throws {SerializationError} */
  abstract putNow(value: Send, transfer: readonly Transferable[] | undefined): boolean
  /** Serves those who wait with what there is. */
  protected abstract pump(): void
  protected abstract end(options: EndOptions): void
  /** Somebody has begun to wait here, or has left. */
  waitsChanged(): void {}

  put(value: Send, options?: WaitOptions & Moved): Promise<void> {
    if (options !== undefined) checkWait(options)
    const refused = this.#tryAtOnce(value, options)
    if (refused === true) return this.accepted()
    if (refused !== false) return handled(Promise.reject(refused.error))
    const pending = options ? new LimitedPut(this, value, options) : new Put(value, undefined)
    this.joinPutters(pending)
    return pending.promise
  }

  tryPut(value: Send, options?: Moved): boolean {
    if (options !== undefined) checkWait(options)
    return this.putNow(value, options?.transfer)
  }

  get(options?: WaitOptions): Promise<Recv> {
    return this.#take(this.#whole, options)
  }

  recv(options?: WaitOptions): Promise<Received<Recv>> {
    return this.#take(asReceived<Recv>(), options)
  }

  tryGet(): Received<Recv> | undefined {
    const value = this.takeInTurn()
    if (value !== nothing) return { ok: true, value }
    const end = this.endReached()
    return end && asReceived<Recv>().end(end)
  }

  /** Takes an item that is there now and that nobody waits for. */
  takeInTurn(): Recv | Nothing {
    if (this.takers.size > 0) this.pump()
    return this.takeNow()
  }

  close(options: EndOptions = {}): void {
    checkObject('options', options)
    checkKeys('options', options, ['error', 'discard'])
    checkBoolean('discard', options.discard)
    this.end(options)
  }

  /** Leaving a loop over it closes nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Recv> {
    const iterator: AsyncIterableIterator<Recv> = {
      next: () => this.#take(asStep<Recv>(), undefined),
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  toString(): string {
    return this.name
  }

  joinTakers(taker: Taker<Recv>): void {
    this.takers.append(taker)
    this.waitsChanged()
  }

  joinPutters(putter: Putter<Send>): void {
    this.putters.append(putter)
    this.waitsChanged()
    this.pump()
  }

  watch(watcher: () => void): void {
    this.watchers.add(watcher)
    this.waitsChanged()
  }

  unwatch(watcher: () => void): void {
    this.watchers.delete(watcher)
    this.waitsChanged()
  }

  /** @throws {InvalidOptionError} a `send` case to this channel could not be withdrawn. */
  assertSelectable(): void {}

  withdraw(member: Member): boolean {
    if (member.list === undefined) return false
    member.list.remove(member)
    this.waitsChanged()
    return true
  }

  /** What those get who put into a closed channel, or read past its end. */
  closedError(): ChannelClosedError {
    this.#closedError ??= new ChannelClosedError(`Channel '${this.name}' is closed.`, {
      channel: this.name,
    })
    return this.#closedError
  }

  protected waits(): boolean {
    return this.takers.size + this.putters.size + this.watchers.size > 0
  }

  /** Whether a new taker need not stand in line. */
  protected mayTakeAtOnce(): boolean {
    return this.takers.size === 0
  }

  /** What a put returns that did not wait. */
  protected accepted(): Promise<void> {
    return acceptedAtOnce
  }

  protected nextTaker(): Taker<Recv> {
    return this.#next(this.takers) as Taker<Recv>
  }

  nextPutter(): Putter<unknown> {
    return this.#next(this.putters) as Putter<unknown>
  }

  protected tellWatchers(): void {
    if (this.watchers.size > 0) for (const watcher of [...this.watchers]) watcher()
  }

  #next(line: Roster): Member {
    const member = line.head as Member
    line.remove(member)
    this.waitsChanged()
    return member
  }

  #tryAtOnce(
    value: Send,
    options: (WaitOptions & Moved) | undefined,
  ): boolean | { error: unknown } {
    if (options?.signal?.aborted) return { error: options.signal.reason }
    try {
      return this.putNow(value, options?.transfer)
    } catch (error) {
      return { error }
    }
  }

  #take<R>(delivery: Delivery<Recv, R>, options: WaitOptions | undefined): Promise<R> {
    if (options !== undefined) {
      checkWait(options)
      if (options.signal?.aborted) return Promise.reject(options.signal.reason)
    }
    // Who waits already comes first.
    if (this.takers.size > 0) this.pump()
    if (this.mayTakeAtOnce()) {
      const value = this.takeNow()
      if (value !== nothing) return Promise.resolve(delivery.item(value))
      const end = this.endReached()
      if (end !== undefined) return delivered(delivery, end)
    }
    const pending = options ? new LimitedTake(this, delivery, options) : new Take(delivery)
    this.joinTakers(pending)
    return pending.promise
  }

  protected unwrap(received: Received<Recv>): Recv {
    return received.ok ? received.value : this.#whole.end(received)
  }

  /** An item as it is; the end as an error. */
  readonly #whole: Delivery<Recv, Recv> = {
    item: (value) => value,
    end: ({ error }) => {
      throw error === undefined ? this.closedError() : error
    },
  }
}

/** A put that fails may be ignored. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
