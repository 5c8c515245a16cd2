import { InvalidOptionError, type Transferable } from '@conc/core'
import { type Member, type Roster, takeMoved } from '@conc/core/internal/base'
import type { Channel, Moved, Received } from '../channel/channel.js'
import { ChannelEnd } from '../channel/channel-end.js'
import { checkWait } from '../channel/limited-waits.js'
import { nothing } from '../channel/nothing.js'
import type { Putter, Taker } from '../channel/waits.js'

declare const outcome: unique symbol

/** One way a select can go: `recv(channel)` or `send(channel, value)`. `R` is what it then says. */
export interface Case<R> {
  readonly kind: 'recv' | 'send'
  readonly [outcome]?: R
}

/** Cases by key. A channel alone means `recv`; `null` and `undefined` are cases that are switched off. */
export type Cases = Readonly<
  Record<string, Case<unknown> | Channel<never, unknown> | null | undefined>
>

type OutcomeOf<C> =
  C extends Case<infer R> ? R : C extends Channel<never, infer T> ? Received<T> : never

/** What a select resolves with: the key of the case, and what it received. */
export type Selected<C extends Cases> = {
  [K in keyof C & string]: { readonly key: K } & OutcomeOf<C[K]>
}[keyof C & string]

/**
 * A case that takes an item, or sees the end. `null` and `undefined` switch it off.
 *
 * @example
 * const { ok, value } = await select({ job: recv(isPaused ? null : jobs), stop: recv(stop) })
 */
export function recv<T>(from: Channel<never, T> | null | undefined): Case<Received<T>> {
  return new RecvCase<T>(from === null || from === undefined ? undefined : endOf('from', from))
}

/**
 * A case that puts `value`, which has been evaluated when the case is made. `null` and `undefined` switch it off.
 *
 * @example
 * const { key } = await select({ sent: send(results, 42), late: after(1000) })
 */
export function send<T>(
  to: Channel<T, unknown> | null | undefined,
  value: T,
  options: Moved = {},
): Case<{ readonly ok: true }> {
  checkWait(options)
  const end = to === null || to === undefined ? undefined : endOf('to', to)
  return new SendCase<T>(end as ChannelEnd<T, unknown> | undefined, value, options.transfer)
}

/** A case of a select that runs: it can be tried, and waited for. */
interface ActiveCase {
  readonly end: ChannelEnd<never, unknown>
  isReady(): boolean
  /** @returns what the select says; `undefined` when somebody was faster. */
  attempt(key: string): object | undefined
  wait(key: string, won: (outcome: object) => void, failed: (error: unknown) => void): Withdrawal
}

/** The cases of a select by their keys; `undefined` where one is switched off. */
export interface ActiveCases {
  readonly keys: readonly string[]
  readonly cases: readonly (ActiveCase | undefined)[]
}

export type Withdrawal = () => void

/** @throws {InvalidOptionError} */
export function activeCases(given: Cases): ActiveCases {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new InvalidOptionError('cases', 'an object of cases', given)
  }
  const keys = Object.keys(given)
  const cases: unknown[] = Object.values(given)
  for (let index = 0; index < keys.length; index++) {
    cases[index] = activate(keys[index] as string, cases[index] as Cases[string])
  }
  return { keys, cases: cases as ActiveCases['cases'] }
}

function activate(key: string, given: Cases[string]): ActiveCase | undefined {
  if (given === null || given === undefined) return undefined
  if (given instanceof RecvCase) return given.end && (given as ActiveCase)
  if (!(given instanceof SendCase)) return new RecvCase(endOf(`cases.${key}`, given)) as ActiveCase
  given.end?.assertSelectable()
  return given.end && (given as ActiveCase)
}

/** The channel of this package behind a value. @throws {InvalidOptionError} */
function endOf<T>(option: string, value: unknown): ChannelEnd<never, T> {
  if (value instanceof ChannelEnd) return value
  throw new InvalidOptionError(option, 'a channel', value)
}

class RecvCase<T> implements Case<Received<T>> {
  readonly kind = 'recv'
  readonly end: ChannelEnd<never, T> | undefined

  constructor(end: ChannelEnd<never, T> | undefined) {
    this.end = end
  }

  isReady(): boolean {
    return this.end?.isReadable() ?? false
  }

  attempt(key: string): object | undefined {
    const { end } = this
    const value = end === undefined ? nothing : end.takeInTurn()
    if (value !== nothing) return { key, ok: true, value }
    const ended = end?.endReached()
    return ended && { key, ok: false, value: undefined, ...ended }
  }

  wait(key: string, won: (outcome: object) => void): Withdrawal {
    const taker: Taker<T> = {
      ...nowhere(),
      taken: (value) => won({ key, ok: true, value }),
      ended: (end) => won({ key, ok: false, value: undefined, ...end }),
    }
    this.end?.joinTakers(taker)
    return () => this.end?.withdraw(taker)
  }
}

class SendCase<T> implements Case<{ readonly ok: true }> {
  readonly kind = 'send'
  readonly end: ChannelEnd<T, unknown> | undefined
  readonly #value: T
  readonly #transfer: readonly Transferable[] | undefined

  constructor(
    end: ChannelEnd<T, unknown> | undefined,
    value: T,
    transfer: readonly Transferable[] | undefined,
  ) {
    this.end = end
    this.#value = value
    this.#transfer = transfer ?? takeMoved(value)
  }

  isReady(): boolean {
    return this.end?.isWritable() ?? false
  }

  attempt(key: string): object | undefined {
    return this.end?.putNow(this.#value, this.#transfer) ? { key, ok: true } : undefined
  }

  wait(key: string, won: (outcome: object) => void, failed: (error: unknown) => void): Withdrawal {
    const putter: Putter<T> = {
      ...nowhere(),
      value: this.#value,
      transfer: this.#transfer,
      accepted: () => won({ key, ok: true }),
      refused: failed,
    }
    this.end?.joinPutters(putter)
    return () => this.end?.withdraw(putter)
  }
}

function nowhere(): {
  list: Roster | undefined
  next: Member | undefined
  prev: Member | undefined
} {
  return { list: undefined, next: undefined, prev: undefined }
}
