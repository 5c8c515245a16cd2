import type { Coordinator } from '../../coordinator/coordinator.js'
import type { PoolCall } from '../../coordinator/pool-call.js'
import type { LockHost } from '../../locks/lock-host.js'
import type { PoolEvents } from './pool-events.js'
import { deadlockOf, deadlockOfCall, waitLines } from './stuck-calls.js'
import type { WatchedPool } from './watchdog.js'

/** The pool, as far as it can come to a standstill. */
export interface StandingPool {
  readonly settings: { readonly onDeadlock: 'warn' | 'reject' }
  readonly coordinator: Coordinator
  readonly locks: LockHost
  readonly events: PoolEvents
  readonly fleet: { readonly isGrowing: boolean }
  idOf(call: PoolCall): string
}

/** What is done where all that is there waits for each other. */
export class Standstill implements WatchedPool {
  readonly #pool: StandingPool
  /** Who waited for what when that was told last. */
  #toldGraph = ''

  constructor(pool: StandingPool) {
    this.#pool = pool
  }

  get isStuck(): boolean {
    const { coordinator, locks, fleet } = this.#pool
    if (coordinator.running > 0 || coordinator.isIdle) return false
    return (locks.waiting > 0 || coordinator.waiting > 0) && !fleet.isGrowing
  }

  /** Nothing has moved for a while. */
  stuck(): void {
    const { coordinator, locks, settings, events } = this.#pool
    const idOf = (call: PoolCall): string => this.#pool.idOf(call)
    const lines = waitLines(coordinator.calls.values(), locks.inspect(), idOf)
    const graph = lines.join()
    if (graph !== this.#toldGraph) events.deadlock(lines)
    this.#toldGraph = graph
    if (settings.onDeadlock === 'reject') this.#refuseNewestWait()
  }

  /** A wait for a name is somebody's mistake sooner than one for a worker. */
  #refuseNewestWait(): void {
    const { coordinator, locks } = this.#pool
    const infos = locks.inspect()
    if (locks.refuseNewest((owner) => deadlockOf(owner, infos))) return
    const waiting = coordinator.calls.values().filter(({ state }) => state === 'waiting')
    const newest = waiting.at(-1)
    if (newest) coordinator.cancel(newest, deadlockOfCall(newest, this.#pool.idOf(newest)))
  }
}
