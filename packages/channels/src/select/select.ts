import { InvalidOptionError } from '@conc/core'
import {
  type AbortListener,
  checkBoolean,
  checkFunction,
  checkKeys,
  checkObject,
  checkSignal,
  listenTo,
  stopListening,
} from '@conc/core/internal/base'
import type { Channel } from '../channel/channel.js'
import { ChannelEnd } from '../channel/channel-end.js'
import {
  type ActiveCases,
  activeCases,
  type Cases,
  type Selected,
  type Withdrawal,
} from './cases.js'
import { readableSources } from './select-loop.js'

/** Options of the case form of `select`. */
export interface SelectOptions {
  /** Resolve with `{ key: 'default' }` when no case is ready. Default `false`. */
  readonly default?: boolean
  /** Gives the select up; it rejects with `signal.reason`. */
  readonly signal?: AbortSignal
  /** Chooses among ready cases: a number from 0 up to, not including, 1. Default `Math.random`. */
  readonly random?: () => number
}

const noOptions: SelectOptions = {}

/**
 * Loop form: gives the channels that have something, and takes nothing itself; a source that was not read comes
 * again. Ends when all sources are closed and empty. One that failed comes once more, so that the read throws.
 *
 * @example
 * for await (const source of select(jobs, news)) console.log(source.name, await source.get())
 */
export function select<S extends readonly Channel<never, unknown>[]>(
  ...sources: S
): AsyncGenerator<S[number], void, undefined>
/**
 * Case form: does exactly one of the cases, a random one of those that are ready, or waits for the first. The others
 * take and put nothing. A closed channel is ready: `ok` is false, and choosing a `send` to it rejects.
 *
 * @throws {InvalidOptionError} there is no case that is not switched off.
 * @example
 * const done = await select({ job: recv(jobs), out: send(results, 1), late: after(1000) })
 * if (done.key === 'job' && done.ok) console.log(done.value)
 */
export function select<C extends Cases>(
  cases: C,
  options: SelectOptions & { readonly default: true },
): Promise<Selected<C> | { readonly key: 'default' }>
export function select<C extends Cases>(cases: C, options?: SelectOptions): Promise<Selected<C>>
export function select(...given: unknown[]): unknown {
  const [cases, options] = given
  if (given.length === 0 || (isChannel(cases) && given.every(isChannel))) {
    return readableSources(given as ChannelEnd<never, unknown>[])
  }
  if (options !== undefined) checkOptions(options)
  return selectCase(cases as Cases, options ?? noOptions)
}

/**
 * Does one of the cases that are ready now, a random one.
 *
 * @returns `undefined` when none is ready.
 * @example
 * const job = trySelect({ urgent: recv(urgent), usual: recv(usual) })
 */
export function trySelect<C extends Cases>(cases: C): Selected<C> | undefined {
  return attemptReady(activeCases(cases), Math.random) as Selected<C> | undefined
}

/** @throws what the chosen case throws. */
export function attemptReady(
  { keys, cases }: ActiveCases,
  random: () => number,
): object | undefined {
  for (;;) {
    const index = readyOne(cases, random)
    if (index < 0) return undefined
    const outcome = cases[index]?.attempt(keys[index] as string)
    // The other side may have taken its item back just now.
    if (outcome !== undefined) return outcome
  }
}

/** One of those that are ready, each of them as likely as the others; below 0: none is. */
function readyOne(cases: ActiveCases['cases'], random: () => number): number {
  let chosen = -1
  let ready = 0
  for (let index = 0; index < cases.length; index++) {
    if (!cases[index]?.isReady()) continue
    ready++
    if (ready === 1 || random() >= 1 - 1 / ready) chosen = index
  }
  return chosen
}

/** @throws {InvalidOptionError} nothing could ever happen. */
export function assertSome(active: ActiveCases, given: unknown): void {
  for (const one of active.cases) if (one !== undefined) return
  throw new InvalidOptionError('cases', 'an object with a case that is not switched off', given)
}

function selectCase(cases: Cases, options: SelectOptions): Promise<object> {
  const active = activeCases(cases)
  if (!options.default) assertSome(active, cases)
  if (options.signal?.aborted) return Promise.reject(options.signal.reason)
  try {
    const outcome = attemptReady(active, options.random ?? Math.random)
    if (outcome !== undefined) return Promise.resolve(outcome)
  } catch (error) {
    return Promise.reject(error)
  }
  if (options.default) return Promise.resolve({ key: 'default' })
  return new Promise((resolve, reject) => {
    new PendingSelect(resolve, reject, options.signal).wait(active)
  })
}

/** Waits in every source at once, and leaves all of them with the first that comes. */
class PendingSelect implements AbortListener {
  readonly #resolve: (outcome: object) => void
  readonly #reject: (reason: unknown) => void
  readonly #signal: AbortSignal | undefined
  readonly #withdrawals: Withdrawal[] = []
  #isOver = false

  constructor(
    resolve: (outcome: object) => void,
    reject: (reason: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#resolve = resolve
    this.#reject = reject
    this.#signal = signal
    if (signal) listenTo(signal, this)
  }

  wait({ keys, cases }: ActiveCases): void {
    const won = (outcome: object): void => {
      this.#end()
      this.#resolve(outcome)
    }
    const failed = (error: unknown): void => this.aborted(error)
    for (const [index, one] of cases.entries()) {
      if (one === undefined) continue
      this.#withdrawals.push(one.wait(keys[index] as string, won, failed))
      // What began to wait may have been served in the same step.
      if (this.#isOver) break
    }
    if (this.#isOver) this.#end()
  }

  aborted(reason: unknown): void {
    this.#end()
    this.#reject(reason)
  }

  #end(): void {
    this.#isOver = true
    if (this.#signal) stopListening(this.#signal, this)
    for (const withdraw of this.#withdrawals) withdraw()
    this.#withdrawals.length = 0
  }
}

function isChannel(value: unknown): boolean {
  return value instanceof ChannelEnd
}

function checkOptions(options: unknown): asserts options is SelectOptions {
  checkObject('options', options)
  checkKeys('options', options, ['default', 'signal', 'random'])
  const { default: isDefault, signal, random } = options as SelectOptions
  checkBoolean('default', isDefault)
  checkSignal(signal)
  if (random !== undefined) checkFunction('random', random)
}
