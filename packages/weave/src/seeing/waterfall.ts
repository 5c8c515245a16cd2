import { durationText } from './durations.js'
import type { RunTrace } from './run-trace.js'
import type { Span, TaskTrace } from './task-trace.js'
import { errorLine } from './value-text.js'

/** A task that finds a slot starts in less. */
export const shortestWaitMs = 0.5

const legend = '█ runs  ▒ ends in vain  · pauses  ░ waits for a slot  * critical path'
const longestName = 28
const shortestBar = 10
const mostErrors = 20

/** What a run came to, then one line per task: when it ran, how long, and what became of it. */
export function waterfall(run: RunTrace, width: number): string[] {
  const tasks = byStart(run)
  const critical = new Set(run.criticalPath)
  const names = tasks.map((task) => (critical.has(task) ? '* ' : '  ') + shortened(task.name))
  const times = tasks.map((task) =>
    task.startedAt === undefined ? '' : durationText(run.runMs(task)),
  )
  const notes = tasks.map((task) => notesOf(task).join(', '))
  const nameWidth = longest(names)
  const timeWidth = longest(times)
  const bar = Math.max(shortestBar, width - nameWidth - timeWidth - longest(notes) - 6)
  const lines = tasks.map((task, i) =>
    [names[i]?.padEnd(nameWidth), barOf(task, run, bar), times[i]?.padStart(timeWidth), notes[i]]
      .join('  ')
      .trimEnd(),
  )
  return [headline(run), ...lines, ...(tasks.length > 0 ? [legend] : [])]
}

/** What a run came to, in one line. */
function headline(run: RunTrace): string {
  const { ms, workMs, criticalPath, status } = run
  const longestMs = criticalPath.reduce((sum, task) => sum + run.runMs(task), 0)
  const end =
    status === 'running'
      ? `not finished after ${durationText(ms)}`
      : `${status} in ${durationText(ms)}`
  const atOnce = ms > 0 ? `, ${(workMs / ms).toFixed(1)} at a time` : ''
  return `${end}; ${durationText(workMs)} of work${atOnce}; critical path ${durationText(longestMs)}`
}

/** As they started; those that never did come last. */
export function byStart({ tasks }: RunTrace): TaskTrace[] {
  const end = Number.POSITIVE_INFINITY
  // Equal ones stay in definition order.
  return [...tasks.values()].sort((one, other) => {
    const from = one.startedAt ?? end
    const to = other.startedAt ?? end
    return from === to ? 0 : from - to
  })
}

/** What is worth saying about a task beside its times. */
export function notesOf(task: TaskTrace): string[] {
  const notes: string[] = []
  if (task.items > 0) notes.push(`×${task.items}`)
  if (task.retries > 0) notes.push(task.retries === 1 ? '1 retry' : `${task.retries} retries`)
  if (task.state === 'rejected') notes.push('failed')
  else if (task.state === 'skipped' && task.because !== undefined)
    notes.push(`skipped: ${shortened(task.because)} failed`)
  else if (task.state !== 'fulfilled') notes.push(task.state)
  return notes
}

/** A line per attempt that failed. */
export function errorLines({ tasks }: RunTrace): string[] {
  const failures = [...tasks.values()].flatMap(({ name, spans }) =>
    spans
      .filter(({ end }) => end === 'failed')
      .map(
        ({ item, attempt, error }) =>
          `${pieceText(name, item)}, attempt ${attempt}: ${errorLine(error)}`,
      ),
  )
  const shown = failures.slice(0, mostErrors)
  if (shown.length < failures.length) shown.push(`… and ${failures.length - shown.length} more`)
  return shown
}

/** A task or an item of it, by name. */
export function pieceText(task: string, item: number | undefined): string {
  return item === undefined ? task : `${task} #${item}`
}

function barOf(task: TaskTrace, run: RunTrace, width: number): string {
  const cells: string[] = new Array(width).fill(' ')
  const { readyAt, startedAt } = task
  if (readyAt !== undefined) paint(cells, readyAt, startedAt ?? task.endedAt ?? run.ms, run.ms, '░')
  if (startedAt !== undefined) paint(cells, startedAt, task.endedAt ?? run.ms, run.ms, '·')
  for (const span of task.spans) paint(cells, span.from, span.to ?? run.ms, run.ms, inkOf(span))
  return cells.join('')
}

function paint(cells: string[], from: number, to: number, total: number, ink: string): void {
  const scale = total > 0 ? cells.length / total : 0
  // A wait that is too short to see is none, nor is the time that the start itself takes.
  if (ink === '░' && ((to - from) * scale < 1 || to - from < shortestWaitMs)) return
  const first = Math.min(Math.floor(from * scale), cells.length - 1)
  const last = Math.max(first + 1, Math.round(to * scale))
  cells.fill(ink, first, last)
}

function inkOf({ end }: Span): string {
  return end === 'failed' || end === 'cancelled' ? '▒' : '█'
}

function shortened(name: string): string {
  const line = name.replaceAll(/[\p{Cc}\s]+/gu, ' ')
  return line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0)
}
