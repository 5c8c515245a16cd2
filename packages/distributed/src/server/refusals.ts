import { channels } from '@conc/core'
import { publish } from '@conc/core/internal'
import type { PoolLog } from '../logs/pool-log.js'

const quietMs = 10_000
const mostAddresses = 1000

interface Count {
  at: number
  since: number
}

/** Tells who was refused: each address at most every 10 s, with how often since. */
export class Refusals {
  readonly #executor: string
  readonly #log: PoolLog
  readonly #counts = new Map<string, Count>()

  constructor(executor: string, log: PoolLog) {
    this.#executor = executor
    this.#log = log
  }

  add(address: string, reason: string): void {
    const count = this.#counts.get(address) ?? { at: Number.NEGATIVE_INFINITY, since: 0 }
    count.since++
    if (this.#counts.size >= mostAddresses) this.#counts.clear()
    this.#counts.set(address, count)
    const now = performance.now()
    if (now - count.at < quietMs) return
    const times = count.since
    count.at = now
    count.since = 0
    publish(channels.session, 'refused', this.#executor, () => ({ address, reason, count: times }))
    const often = times > 1 ? `, ${times} times` : ''
    this.#log.say('warn', `refused ${address}: ${reason}${often}`)
  }
}
