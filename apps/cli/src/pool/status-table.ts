import type { LockInfo, PoolStats, TaskStats, WorkerStats } from '@conc/distributed'
import type { Painter } from '../terminal/colour.js'
import { type Column, table } from '../terminal/table.js'
import { cut } from '../terminal/text-width.js'
import { durationText } from '../terminal/units.js'

const mebibyte = 1024 * 1024

const workerColumns: readonly Column<WorkerStats>[] = [
  { heading: 'WORKER', of: ({ id }) => id, isRight: true },
  { heading: 'PID', of: ({ pid }) => pid ?? '', isRight: true },
  { heading: 'STATE', of: ({ state }) => state },
  { heading: 'RUNNING', of: ({ running }) => running, isRight: true },
  { heading: 'SUSP', of: ({ suspended }) => suspended, isRight: true },
  { heading: 'DONE', of: ({ done }) => done, isRight: true },
  { heading: 'RSS MB', of: ({ rssBytes }) => Math.round(rssBytes / mebibyte), isRight: true },
  { heading: 'LAG ms', of: ({ lagMs }) => lagMs.toFixed(1), isRight: true },
  { heading: 'BUSY %', of: ({ utilization }) => Math.round(utilization * 100), isRight: true },
  { heading: 'RESTARTS', of: ({ restarts }) => restarts, isRight: true },
  { heading: 'LAST EXIT', of: ({ lastExit }) => lastExit ?? '' },
]

const taskColumns: readonly Column<readonly [string, TaskStats]>[] = [
  { heading: 'TASK', of: ([name]) => name },
  { heading: 'COUNT', of: ([, { count }]) => count, isRight: true },
  { heading: 'FAILED', of: ([, { failed }]) => failed, isRight: true },
  { heading: 'CANCELLED', of: ([, { cancelled }]) => cancelled, isRight: true },
  { heading: 'P50 ms', of: ([, { runMs }]) => runMs.p50.toFixed(1), isRight: true },
  { heading: 'P95 ms', of: ([, { runMs }]) => runMs.p95.toFixed(1), isRight: true },
  { heading: 'MAX ms', of: ([, { runMs }]) => runMs.max.toFixed(1), isRight: true },
  { heading: 'WAIT P95 ms', of: ([, { waitMs }]) => waitMs.p95.toFixed(1), isRight: true },
]

const lockColumns: readonly Column<LockInfo>[] = [
  { heading: 'LOCK', of: ({ name }) => name },
  { heading: 'KIND', of: ({ kind }) => kind },
  { heading: 'WAITING', of: ({ waiters }) => waiters.length, isRight: true },
  { heading: 'HELD BY', of: ({ holders }) => users(holders) },
]

export interface StatusView {
  readonly tasks: boolean
  /** To be listed; `undefined`: they are not. */
  readonly locks: readonly LockInfo[] | undefined
  readonly columns: number
  readonly paint: Painter
  /** Calls that ended per second, where it was looked before. */
  readonly perSecond?: number
}

/** A pool as text: a line about all of it, then a line per worker. */
export function statusLines(stats: PoolStats, view: StatusView): string[] {
  const { columns, paint } = view
  const [heading = '', ...rows] = table(stats.workers, workerColumns, columns)
  const lines = [
    paint.strong(cut(headline(stats), columns)),
    ...wrapped(loadOf(stats, view), columns),
  ]
  if (stats.workers.length > 0) lines.push(paint.dim(heading), ...rows)
  if (view.tasks) lines.push('', ...taskLines(stats, view))
  if (view.locks) lines.push('', ...lockLines(view.locks, view))
  return lines
}

function headline({ name, state, uptimeMs, sessions }: PoolStats): string {
  return `${name} ${state}, up ${durationText(uptimeMs)}, ${plural(sessions, 'session')}`
}

function loadOf({ load, workers, tasks }: PoolStats, { perSecond }: StatusView): string[] {
  const suspended = workers.reduce((sum, one) => sum + one.suspended, 0)
  const restarts = workers.reduce((sum, one) => sum + one.restarts, 0)
  return [
    ...(perSecond === undefined ? [] : [`${perSecond.toFixed(perSecond < 10 ? 1 : 0)} tasks/s`]),
    `${load.running} of ${load.concurrency} running`,
    `${load.waiting} waiting`,
    `${suspended} suspended`,
    plural(restarts, 'restart'),
    ...timesOf(tasks),
  ]
}

/** As many to a line as fit. */
function wrapped(parts: readonly string[], columns: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const longer = `${lines.at(-1) ?? ''}, ${part}`
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer
    else lines.push(cut(part, columns))
  }
  return lines
}

/** Of the task that is called most: times of different tasks have no common quantile. */
function timesOf(tasks: PoolStats['tasks']): string[] {
  const [name, stats] = ownTasks(tasks)[0] ?? []
  if (name === undefined || stats === undefined) return []
  const { p50, p95 } = stats.runMs
  return [`p50 ${p50.toFixed(1)} ms p95 ${p95.toFixed(1)} ms (${name})`]
}

function taskLines({ tasks }: PoolStats, { columns, paint }: StatusView): string[] {
  const [heading = '', ...rows] = table(ownTasks(tasks), taskColumns, columns)
  return rows.length === 0 ? ['no task has run'] : [paint.dim(heading), ...rows]
}

function lockLines(locks: readonly LockInfo[], { columns, paint }: StatusView): string[] {
  const [heading = '', ...rows] = table(locks, lockColumns, columns)
  return rows.length === 0 ? ['no lock is held or waited for'] : [paint.dim(heading), ...rows]
}

/** Tasks by name, others by their id. */
function users(some: LockInfo['holders']): string {
  return some.map(({ id, task }) => task ?? id).join(' ')
}

function ownTasks(tasks: PoolStats['tasks']): [string, TaskStats][] {
  return Object.entries(tasks)
    .filter(([name]) => !name.startsWith('conc/'))
    .sort(([, one], [, other]) => other.count - one.count)
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
