import { InvalidOptionError } from '../errors/conc-error.js'
import { ExecutorError } from '../errors/executor-error.js'
import type { Capabilities, Executor, Load, Work } from '../executor.js'
import { checkExecutor, executorName } from '../internal/checks/executor-checks.js'
import { checkKeys, checkObject, checkOneOf } from '../internal/checks/option-checks.js'
import type { Entered } from '../internal/line/entered.js'
import type { Producer } from '../internal/running/stream-call.js'
import { Candidate, leastLoaded, type Ranking, roundRobin } from './candidates.js'
import { commonCapabilities, totalLoad } from './common-capabilities.js'
import { ForwardingExecutor } from './forwarding-executor.js'

/** Chooses among the executors that are healthy. What it throws rejects the call. */
export type BalancePolicy = (
  executors: readonly Executor[],
  work: Work<readonly unknown[], unknown>,
  args: readonly unknown[],
) => Executor

/** Options of `balance`. */
export interface BalanceOptions {
  /** Default `'balance'`. */
  readonly name?: string
  /** Default `'least-loaded'`: the fewest calls waiting and running, in relation to the concurrency. */
  readonly policy?: 'least-loaded' | 'round-robin' | BalancePolicy
}

class BalanceExecutor extends ForwardingExecutor {
  readonly #candidates: readonly Candidate[]
  readonly #rank: Ranking

  constructor(executors: readonly Executor[], options: BalanceOptions) {
    super({ size: Number.POSITIVE_INFINITY, name: executorName(options.name, 'balance') })
    this.#candidates = executors.map((executor) => new Candidate(executor))
    this.#rank = rankingOf(options.policy ?? 'least-loaded')
  }

  get capabilities(): Capabilities {
    return commonCapabilities(this.#executors)
  }

  override get load(): Load {
    return totalLoad(this.#executors)
  }

  override ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.whileOpen(options, (signal) => this.#oneIsReady(signal))
  }

  protected override run(entered: Entered): Promise<unknown> {
    return this.#tryInTurn(entered, (executor) => this.submitTo(executor, entered))
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    return await this.#tryInTurn(entered, async (executor) => {
      const producer = this.streamFrom<Y>(executor, entered, () => {})
      return await PrimedProducer.start(producer, ended)
    })
  }

  async #oneIsReady(signal: AbortSignal): Promise<void> {
    try {
      await Promise.any(this.#executors.map(async (executor) => await executor.ready({ signal })))
    } catch (error) {
      throw (error as AggregateError).errors[0]
    }
  }

  get #executors(): Executor[] {
    return this.#candidates.map(({ executor }) => executor)
  }

  async #tryInTurn<T>(entered: Entered, attempt: (executor: Executor) => Promise<T>): Promise<T> {
    const untried = new Set(this.#candidates)
    for (;;) {
      const candidate = this.#rank([...untried], entered)
      untried.delete(candidate)
      try {
        const result = await attempt(candidate.executor)
        candidate.worked()
        return result
      } catch (error) {
        if (entered.call.blame(error) === 'body') {
          // It ran the body, so it is there.
          candidate.worked()
          throw error
        }
        if (!isElsewherePossible(error)) throw error
        candidate.failed()
        if (untried.size === 0 || entered.call.isSettled) throw error
      }
    }
  }
}

/** A stream whose first item has come: up to there another executor could be tried. */
class PrimedProducer<Y> implements Producer<Y> {
  readonly #inner: Producer<Y>
  readonly #ended: () => void
  #first: IteratorResult<Y, unknown> | undefined
  #stopping: Promise<void> | undefined

  private constructor(inner: Producer<Y>, first: IteratorResult<Y, unknown>, ended: () => void) {
    this.#inner = inner
    this.#first = first
    this.#ended = ended
  }

  static async start<Y>(inner: Producer<Y>, ended: () => void): Promise<PrimedProducer<Y>> {
    try {
      return new PrimedProducer(inner, await inner.next(), ended)
    } catch (error) {
      await inner.stop().catch(() => {})
      throw error
    }
  }

  async next(): Promise<IteratorResult<Y, unknown>> {
    const first = this.#first
    this.#first = undefined
    return first ?? (await this.#inner.next())
  }

  leave(): void {
    this.#inner.leave?.()
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#inner.stop().finally(this.#ended)
    return this.#stopping
  }
}

/**
 * One executor over several: each call goes to one of them, and to the next while an answer says that it did not
 * start and may be tried again. One that failed so is passed over for a while (100 ms, doubling to 5 s) unless no
 * other is left, and taken back when it works. Closing it leaves them open.
 *
 * @throws {InvalidOptionError} no executors, or an unknown policy.
 * @example
 * await withExecutor(balance([sessionA, sessionB]), () => render(page))
 */
export function balance(executors: readonly Executor[], options: BalanceOptions = {}): Executor {
  if (!Array.isArray(executors) || executors.length === 0) {
    throw new InvalidOptionError('executors', 'a non-empty array of Executors', executors)
  }
  executors.forEach((one, index) => {
    checkExecutor(`executors[${index}]`, one)
  })
  checkObject('options', options)
  checkKeys('options', options, ['name', 'policy'])
  if (options.policy !== undefined && typeof options.policy !== 'function') {
    checkOneOf('policy', options.policy, ['least-loaded', 'round-robin'])
  }
  return new BalanceExecutor(executors, options)
}

function isElsewherePossible(error: unknown): boolean {
  return error instanceof ExecutorError && error.retryable && error.started === false
}

function rankingOf(policy: NonNullable<BalanceOptions['policy']>): Ranking {
  if (policy === 'least-loaded') return leastLoaded
  if (policy === 'round-robin') return roundRobin()
  return (candidates, { work, args }) => {
    const healthy = candidates.filter((one) => one.isHealthy)
    const eligible = healthy.length > 0 ? healthy : candidates
    const executors = eligible.map(({ executor }) => executor)
    const chosen = policy(executors, work as Work<readonly unknown[], unknown>, args)
    const found = eligible.find(({ executor }) => executor === chosen)
    if (!found)
      throw new InvalidOptionError('policy(…)', 'one of the executors given to it', chosen)
    return found
  }
}
