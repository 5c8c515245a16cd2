import { InvalidOptionError, type Transferable } from '@conc/core'
import { type Member, type Roster, takeMoved } from '@conc/core/internal'
import type { Channel, Moved, Received } from '../channel/channel.js'
import { ChannelEnd } from '../channel/channel-end.js'
import { checkWait, type Putter, type Taker } from '../channel/waits.js'

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

/** A case that takes an item, or sees the end. `null` and `undefined` switch it off. */
export function recv<T>(from: Channel<never, T> | null | undefined): Case<Received<T>> {
  return new RecvCase<T>(from === null || from === undefined ? undefined : endOf('from', from))
}

/** A case that puts `value`, which has been evaluated when the case is made. `null` and `undefined` switch it off. */
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
export interface ActiveCase {
  readonly key: string
  isReady(): boolean
  /** @returns what the select says; `undefined` when somebody was faster. */
  attempt(): object | undefined
  wait(won: (outcome: object) => void, failed: (error: unknown) => void): Withdrawal
  readonly end: ChannelEnd<never, unknown>
}

export type Withdrawal = () => void

class RecvCase<T> implements Case<Received<T>> {
  readonly kind = 'recv'
  readonly end: ChannelEnd<never, T> | undefined

  constructor(end: ChannelEnd<never, T> | undefined) {
    this.end = end
  }
}

class SendCase<T> implements Case<{ readonly ok: true }> {
  readonly kind = 'send'
  readonly end: ChannelEnd<T, unknown> | undefined
  readonly value: T
  readonly transfer: readonly Transferable[] | undefined

  constructor(
    end: ChannelEnd<T, unknown> | undefined,
    value: T,
    transfer: readonly Transferable[] | undefined,
  ) {
    this.end = end
    this.value = value
    this.transfer = transfer ?? takeMoved(value)
  }
}

/** The cases that are not switched off. @throws {InvalidOptionError} */
export function activeCases(cases: Cases): ActiveCase[] {
  if (typeof cases !== 'object' || cases === null || Array.isArray(cases)) {
    throw new InvalidOptionError('cases', 'an object of cases', cases)
  }
  const active: ActiveCase[] = []
  for (const [key, given] of Object.entries(cases)) {
    const made = activate(key, given)
    if (made !== undefined) active.push(made)
  }
  return active
}

function activate(key: string, given: Cases[string]): ActiveCase | undefined {
  if (given === null || given === undefined) return undefined
  if (given instanceof SendCase) return given.end && new ActiveSend(key, given, given.end)
  const from = given instanceof RecvCase ? given.end : endOf(`cases.${key}`, given)
  return from && new ActiveRecv(key, from)
}

/** The channel of this package behind a value. @throws {InvalidOptionError} */
function endOf<T>(option: string, value: unknown): ChannelEnd<never, T> {
  if (value instanceof ChannelEnd) return value
  throw new InvalidOptionError(option, 'a channel', value)
}

class ActiveRecv implements ActiveCase {
  readonly key: string
  readonly end: ChannelEnd<never, unknown>

  constructor(key: string, end: ChannelEnd<never, unknown>) {
    this.key = key
    this.end = end
  }

  isReady(): boolean {
    return this.end.isReadable()
  }

  attempt(): object | undefined {
    const received = this.end.tryGet()
    return received && { key: this.key, ...received }
  }

  wait(won: (outcome: object) => void): Withdrawal {
    const taker: Taker<unknown> = {
      ...nowhere(),
      settle: (received) => won({ key: this.key, ...received }),
    }
    this.end.joinTakers(taker)
    return () => this.end.withdraw(taker)
  }
}

class ActiveSend<T> implements ActiveCase {
  readonly key: string
  readonly end: ChannelEnd<T, unknown>
  readonly #case: SendCase<T>

  constructor(key: string, given: SendCase<T>, end: ChannelEnd<T, unknown>) {
    end.assertSelectable()
    this.key = key
    this.end = end
    this.#case = given
  }

  isReady(): boolean {
    return this.end.isWritable()
  }

  attempt(): object | undefined {
    const { value, transfer } = this.#case
    return this.end.putNow(value, transfer) ? { key: this.key, ok: true } : undefined
  }

  wait(won: (outcome: object) => void, failed: (error: unknown) => void): Withdrawal {
    const { value, transfer } = this.#case
    const putter: Putter<T> = {
      ...nowhere(),
      value,
      transfer,
      accepted: () => won({ key: this.key, ok: true }),
      refused: failed,
    }
    this.end.joinPutters(putter)
    return () => this.end.withdraw(putter)
  }
}

function nowhere(): {
  list: Roster | undefined
  next: Member | undefined
  prev: Member | undefined
} {
  return { list: undefined, next: undefined, prev: undefined }
}
