import { balance, type Executor, inline, limit, retry, route } from '../src/index.js'

/** Every way to run a stream in this process. @param slots of those with a limit. */
export function streamExecutors(slots: number): [string, () => Executor][] {
  return [
    ['inline', () => inline()],
    ['limit', () => limit(inline(), slots)],
    ['retry', () => retry(inline(), 2)],
    ['balance', () => balance([inline(), inline()])],
    ['route', () => route(() => inline())],
    ['two limits', () => limit(limit(inline(), slots), slots)],
  ]
}
