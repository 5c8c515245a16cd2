import { InvalidOptionError, type Transferable } from '@conc/core'
import {
  type AbortListener,
  checkObject,
  checkPause,
  checkSignal,
  listenTo,
  type Member,
  type Roster,
  stopListening,
  Timer,
} from '@conc/core/internal'
import { ChannelTimeoutError } from '../errors.js'
import type { End, Moved, WaitOptions } from './channel.js'

/** Waits in line for an item. */
export interface Taker<T> extends Member {
  /** Called once, after it has left the line; or `ended` is. */
  taken(value: T): void
  ended(end: End): void
}

/** Waits in line with an item. */
export interface Putter<T> extends Member {
  readonly value: T
  readonly transfer: readonly Transferable[] | undefined
  /** Called once, after it has left the line; or `refused` is. */
  accepted(): void
  refused(error: unknown): void
}

/** Where something waits, and can stop to. */
export interface Line {
  readonly name: string
  /** @returns `false` when it is too late: the item was taken. */
  withdraw(member: Member): boolean
}

/** What a wait makes of an item, and of the end; what it throws rejects the wait. */
export interface Delivery<T, R> {
  item(value: T): R
  end(end: End): R
}

/** What ends a wait from outside: the caller's signal or the time. */
abstract class Wait<R> implements Member, AbortListener {
  list: Roster | undefined
  next: Member | undefined
  prev: Member | undefined
  readonly promise: Promise<R>
  protected readonly line: Line
  protected resolve!: (value: R) => void
  protected reject!: (reason: unknown) => void
  #signal: AbortSignal | undefined
  #timer: Timer | undefined

  constructor(line: Line, options: WaitOptions | undefined) {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.line = line
    if (options !== undefined) this.#watch(options)
  }

  aborted(reason: unknown): void {
    this.over()
    if (this.line.withdraw(this)) this.reject(reason)
    else this.tooLate()
  }

  /** It was to be given up, but has been done already. */
  protected abstract tooLate(): void

  protected over(): void {
    this.#timer?.clear()
    if (this.#signal) stopListening(this.#signal, this)
  }

  #watch({ signal, timeoutMs }: WaitOptions): void {
    if (signal) {
      this.#signal = signal
      listenTo(signal, this)
    }
    if (timeoutMs !== undefined) {
      this.#timer = new Timer(timeoutMs, () => this.aborted(timeoutOf(this.line.name, timeoutMs)))
    }
  }
}

/** A `get`, `recv` or step of an iteration that waits. */
export class PendingTake<T, R> extends Wait<R> implements Taker<T> {
  readonly #delivery: Delivery<T, R>

  constructor(line: Line, delivery: Delivery<T, R>, options: WaitOptions | undefined) {
    super(line, options)
    this.#delivery = delivery
  }

  taken(value: T): void {
    this.over()
    this.resolve(this.#delivery.item(value))
  }

  ended(end: End): void {
    this.over()
    try {
      this.resolve(this.#delivery.end(end))
    } catch (error) {
      this.reject(error)
    }
  }

  protected tooLate(): void {}
}

/** A `put` that waits. */
export class PendingPut<T> extends Wait<void> implements Putter<T> {
  readonly value: T
  readonly transfer: readonly Transferable[] | undefined

  constructor(line: Line, value: T, options: (WaitOptions & Moved) | undefined) {
    super(line, options)
    this.value = value
    this.transfer = options?.transfer
    this.promise.catch(() => {})
  }

  accepted(): void {
    this.over()
    this.resolve()
  }

  refused(error: unknown): void {
    this.over()
    this.reject(error)
  }

  protected tooLate(): void {
    this.resolve()
  }
}

export function timeoutOf(name: string, timeoutMs: number): ChannelTimeoutError {
  return new ChannelTimeoutError(`A wait on channel '${name}' took longer than ${timeoutMs} ms.`, {
    timeoutMs,
  })
}

/** @throws {InvalidOptionError} */
export function checkWait(options: WaitOptions & Moved): void {
  checkObject('options', options)
  checkSignal(options.signal)
  if (options.timeoutMs !== undefined) checkPause('timeoutMs', options.timeoutMs)
  if (options.transfer !== undefined && !Array.isArray(options.transfer)) {
    throw new InvalidOptionError('transfer', 'an array', options.transfer)
  }
}
