import { optionsOf } from '../plan/graph.js'
import { AsyncEachRun } from './async-each-run.js'
import { BareEachRun } from './bare-each-run.js'
import type { Host } from './host.js'
import type { AsyncItems, SyncItems } from './items.js'
import type { ItemRecord } from './ledger.js'
import { SyncEachRun } from './sync-each-run.js'

/** The run of one mapped task. */
export interface MappedRun extends ItemRecord {
  /** Starts what may start now. */
  start(): void
  /** The run is over: no item starts any more. */
  stop(): void
}

/** @param isDirect the body is called as it is. */
export function mappedRun(
  host: Host,
  task: number,
  isDirect: boolean,
  items: SyncItems | AsyncItems,
): MappedRun {
  if (items.isAsync) return new AsyncEachRun(host, task, isDirect, items)
  if (isDirect && isBare(host, task)) return new BareEachRun(host, task, items)
  return new SyncEachRun(host, task, isDirect, items)
}

/** Nothing keeps an item from starting, and nothing has to be known of one alone. */
function isBare(host: Host, task: number): boolean {
  const { workers, perMinute, limitPerMinute, retries } = optionsOf(host.graph, task)
  const isPaced = [workers, perMinute, limitPerMinute, retries].some((one) => one !== undefined)
  return !isPaced && !host.isIndependent && !host.isNoticed && host.gate === undefined
}
