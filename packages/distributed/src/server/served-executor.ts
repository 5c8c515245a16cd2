import type { Executor } from '@conc/core'
import { registry } from '@conc/core/internal'
import { hostOfProcess } from '../locks/local-route.js'
import { type LockRoute, lockRoute, routeHere } from '../locks/lock-route.js'
import type { PoolLog, poolLog } from '../logs/pool-log.js'
import type { PoolStats } from '../pool-stats.js'
import type { ServeSettings } from './serve-options.js'

/** What executors of this package tell of themselves beside what each one does. */
export interface TellingExecutor extends Executor {
  readonly tasks?: ReadonlyMap<string, string | undefined>
  readonly [lockRoute]?: LockRoute
  readonly [poolLog]?: PoolLog
  stats?(): Promise<PoolStats>
}

/** The tasks that sessions may call: the executor's, where it tells them; else those of this process. */
export function exposedTasks(
  { tasks }: TellingExecutor,
  { isExposed }: Pick<ServeSettings, 'isExposed'>,
): ReadonlyMap<string, string | undefined> {
  const all = tasks ?? registry.names().map((name) => [name, registry.find(name)?.version] as const)
  return new Map([...all].filter(([name]) => !name.startsWith('conc/') && isExposed(name)))
}

/** The executor's, where it has locks; else those that `locks()` has in this process. */
export function lockRouteOf(executor: TellingExecutor): LockRoute {
  return executor[lockRoute] ?? routeHere(hostOfProcess)
}

/** What there is to tell of an executor without workers of its own. */
export function plainStats(
  modules: readonly string[],
): Pick<PoolStats, 'modules' | 'locks' | 'workers' | 'tasks'> {
  return { modules, locks: 0, workers: [], tasks: {} }
}
