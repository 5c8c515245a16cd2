import type { Executor } from '../executor.js'
import type { Entered } from '../internal/line/entered.js'

const firstPauseMs = 100
const longestPauseMs = 5000

/** One executor of a `balance`, with what is known of its health. */
export class Candidate {
  readonly executor: Executor
  #failures = 0
  #pausedUntil = 0

  constructor(executor: Executor) {
    this.executor = executor
  }

  get isHealthy(): boolean {
    return this.#failures === 0 || Date.now() >= this.#pausedUntil
  }

  /** Calls per slot; below 1 there is a slot free. Infinity where there is no slot at all. */
  get pressure(): number {
    const { running, waiting, concurrency } = this.executor.load
    return concurrency > 0 ? (running + waiting) / concurrency : Number.POSITIVE_INFINITY
  }

  get calls(): number {
    const { running, waiting } = this.executor.load
    return running + waiting
  }

  worked(): void {
    this.#failures = 0
  }

  failed(): void {
    const pause = Math.min(firstPauseMs * 2 ** this.#failures++, longestPauseMs)
    this.#pausedUntil = Date.now() + pause
  }
}

/** Picks one of at least one candidates, healthy ones first. */
export type Ranking = (candidates: readonly Candidate[], entered: Entered) => Candidate

export const leastLoaded: Ranking = (candidates) =>
  healthyFirst(candidates).reduce((best, one) => {
    if (one.pressure !== best.pressure) return one.pressure < best.pressure ? one : best
    return one.calls < best.calls ? one : best
  })

export function roundRobin(): Ranking {
  let last: Candidate | undefined
  const order: Candidate[] = []
  return (candidates) => {
    for (const one of candidates) if (!order.includes(one)) order.push(one)
    const start = last === undefined ? 0 : order.indexOf(last) + 1
    const turn = [...order.slice(start), ...order.slice(0, start)]
    const eligible = healthyFirst(candidates)
    last = turn.find((one) => eligible.includes(one)) as Candidate
    return last
  }
}

function healthyFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  const healthy = candidates.filter((one) => one.isHealthy)
  return healthy.length > 0 ? healthy : candidates
}
