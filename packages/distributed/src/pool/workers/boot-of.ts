import type { Boot } from '../../link/boot.js'
import { protocolName } from '../../protocol/limits.js'
import type { PoolSettings } from '../options/pool-settings.js'
import { breadthAround } from '../pool-around.js'

/** What one worker of a pool is started with. @param depth pools around it. */
export function bootOf(
  settings: PoolSettings,
  poolId: string,
  depth: number,
  worker: number,
): Boot {
  const { name, breadth, concurrency, queueLimit, maxRssBytes, serving } = settings
  const { modules, maxPayloadBytes, maxSuspended, prefetch, tagMatch } = settings
  const { graceMs, cancel, logLevel, console } = settings
  return {
    protocol: protocolName,
    pool: name,
    poolId,
    worker,
    depth,
    breadth: breadthAround() * breadth,
    ...(serving && { authkey: serving.authkey }),
    modules,
    concurrency,
    slots: breadth * concurrency,
    queueLimit: queueLimit === Number.POSITIVE_INFINITY ? null : queueLimit,
    maxPayloadBytes,
    maxSuspended,
    maxRssBytes: maxRssBytes === Number.POSITIVE_INFINITY ? null : maxRssBytes,
    prefetch,
    tagMatch,
    logLevel,
    console,
    graceMs,
    cancel,
  }
}
