import { InvalidOptionError } from '@conc/core'
import {
  type AbortListener,
  checkKeys,
  checkObject,
  checkPause,
  checkSignal,
  listenTo,
  type Member,
  stopListening,
  Timer,
} from '@conc/core/internal/base'
import { ChannelTimeoutError } from '../errors.js'
import type { End, Moved, WaitOptions } from './channel.js'
import { type Delivery, Put, Take } from './waits.js'

/** Where something waits, and can stop to. */
interface Line {
  readonly name: string
  /** @returns `false` when it is too late: the item was taken. */
  withdraw(member: Member): boolean
}

/** What ends a wait from outside: the caller's signal or the time. */
class Limits implements AbortListener {
  readonly #line: Line
  readonly #member: Member
  readonly #over: (isWithdrawn: boolean, reason: unknown) => void
  readonly #signal: AbortSignal | undefined
  #timer: Timer | undefined

  constructor(
    line: Line,
    member: Member,
    { signal, timeoutMs }: WaitOptions,
    over: (isWithdrawn: boolean, reason: unknown) => void,
  ) {
    this.#line = line
    this.#member = member
    this.#over = over
    this.#signal = signal
    if (signal) listenTo(signal, this)
    if (timeoutMs === undefined) return
    this.#timer = new Timer(timeoutMs, () => this.aborted(timeoutOf(line.name, timeoutMs)))
  }

  aborted(reason: unknown): void {
    this.lift()
    this.#over(this.#line.withdraw(this.#member), reason)
  }

  lift(): void {
    this.#timer?.clear()
    if (this.#signal) stopListening(this.#signal, this)
  }
}

/** A wait for an item that may be given up. */
export class LimitedTake<T, R> extends Take<T, R> {
  readonly #limits: Limits

  constructor(line: Line, delivery: Delivery<T, R>, options: WaitOptions) {
    super(delivery)
    this.#limits = new Limits(line, this, options, (isWithdrawn, reason) => {
      if (isWithdrawn) this.givenUp(reason)
    })
  }

  override taken(value: T): void {
    this.#limits.lift()
    super.taken(value)
  }

  override ended(end: End): void {
    this.#limits.lift()
    super.ended(end)
  }
}

/** A put that may be given up. */
export class LimitedPut<T> extends Put<T> {
  readonly #limits: Limits

  constructor(line: Line, value: T, options: WaitOptions & Moved) {
    super(value, options.transfer)
    this.#limits = new Limits(line, this, options, (isWithdrawn, reason) => {
      if (isWithdrawn) super.refused(reason)
      else super.accepted()
    })
  }

  override accepted(): void {
    this.#limits.lift()
    super.accepted()
  }

  override refused(error: unknown): void {
    this.#limits.lift()
    super.refused(error)
  }
}

export function timeoutOf(name: string, timeoutMs: number): ChannelTimeoutError {
  return new ChannelTimeoutError(`A wait on channel '${name}' took longer than ${timeoutMs} ms.`, {
    timeoutMs,
  })
}

const waitKeys = ['signal', 'timeoutMs', 'transfer']

/** @throws {InvalidOptionError} */
export function checkWait(options: WaitOptions & Moved, keys: readonly string[] = waitKeys): void {
  checkObject('options', options)
  checkKeys('options', options, keys)
  checkSignal(options.signal)
  if (options.timeoutMs !== undefined) checkPause('timeoutMs', options.timeoutMs)
  if (options.transfer !== undefined && !Array.isArray(options.transfer)) {
    throw new InvalidOptionError('transfer', 'an array', options.transfer)
  }
}
