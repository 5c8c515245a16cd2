import type { WeaveEvent } from '@conc/weave'
import type { RunTrace, TaskTrace } from '@conc/weave/report'
import type { Painter } from '../terminal/colour.js'
import { type LiveArea, paintedLine } from '../terminal/live-area.js'
import { padded, plain, textWidth } from '../terminal/text-width.js'
import { durationText } from '../terminal/units.js'

const words: Readonly<Record<TaskTrace['state'], string>> = {
  waiting: 'waiting',
  ready: 'ready',
  running: 'running',
  fulfilled: 'done',
  rejected: 'failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
}
const marks: Readonly<Record<TaskTrace['state'], string>> = {
  waiting: '·',
  ready: '·',
  running: '▸',
  fulfilled: '✓',
  rejected: '✗',
  cancelled: '!',
  skipped: '-',
}
const urgency: readonly TaskTrace['state'][] = ['rejected', 'running', 'cancelled', 'ready']
const redrawMs = 100
const widestName = 32

/** The graph of a run in place: a line per task and a total, drawn again while it runs. */
export class LiveProgress {
  readonly #area: LiveArea
  readonly #trace: RunTrace
  readonly #paint: Painter
  readonly #begin = performance.now()
  readonly #timer: NodeJS.Timeout

  constructor(trace: RunTrace, area: LiveArea, paint: Painter) {
    this.#trace = trace
    this.#area = area
    this.#paint = paint
    this.#timer = setInterval(() => this.#draw(this.#area.rows - 1), redrawMs)
  }

  add(event: WeaveEvent): void {
    this.#trace.add(event)
    if (event.type === 'plan') this.#draw(this.#area.rows - 1)
  }

  /** What a body prints, above the graph. */
  above(text: string): void {
    this.#area.above(text)
  }

  /** Leaves all of the graph standing. */
  end(): void {
    clearInterval(this.#timer)
    this.#draw(Number.POSITIVE_INFINITY)
    this.#area.end()
  }

  #draw(most: number): void {
    const tasks = [...this.#trace.tasks.values()]
    if (tasks.length === 0) return
    const shown = fitting(tasks, most)
    const { columns } = this.#area
    const nameWidth = Math.min(widestName, Math.max(...tasks.map(({ name }) => textWidth(name))))
    const lines = shown.map((task) => this.#line(task, nameWidth, columns))
    if (shown.length < tasks.length) {
      lines[lines.length - 1] = `… and ${tasks.length - shown.length + 1} more`
    }
    this.#area.draw([...lines, paintedLine([[this.#total(tasks), this.#paint.strong]], columns)])
  }

  #line(task: TaskTrace, nameWidth: number, columns: number): string {
    const paint = this.#painterOf(task)
    const facts = [timeOf(task, this.#now), itemsOf(task), retriesOf(task), whyOf(task)]
    return paintedLine(
      [
        [`${marks[task.state]} `, paint],
        [`${padded(plain(task.name), nameWidth)}  `],
        [padded(words[task.state], 9), paint],
        [`  ${facts.filter((fact) => fact !== '').join('  ')}`],
      ],
      columns,
    ).trimEnd()
  }

  get #now(): number {
    return this.#trace.status === 'running' ? performance.now() - this.#begin : this.#trace.ms
  }

  #painterOf({ state }: TaskTrace): (text: string) => string {
    if (state === 'fulfilled') return this.#paint.good
    if (state === 'rejected') return this.#paint.bad
    if (state === 'running') return this.#paint.busy
    return state === 'cancelled' ? this.#paint.warning : this.#paint.dim
  }

  #total(tasks: readonly TaskTrace[]): string {
    const count = (...states: TaskTrace['state'][]): number =>
      tasks.filter(({ state }) => states.includes(state)).length
    const parts = [
      `${count('fulfilled')}/${tasks.length} done`,
      some(count('running'), 'running'),
      some(count('waiting', 'ready'), 'waiting'),
      some(count('rejected'), 'failed'),
      some(count('cancelled'), 'cancelled'),
      some(count('skipped'), 'skipped'),
    ]
    return `${parts.filter((part) => part !== '').join(', ')}, ${durationText(this.#now)}`
  }
}

/** All where there is room; else what matters most, in the order of the graph. */
function fitting(tasks: readonly TaskTrace[], most: number): readonly TaskTrace[] {
  if (tasks.length <= most) return tasks
  const rank = ({ state }: TaskTrace): number => {
    const at = urgency.indexOf(state)
    return at === -1 ? urgency.length : at
  }
  const chosen = new Set([...tasks].sort((one, other) => rank(one) - rank(other)).slice(0, most))
  return tasks.filter((task) => chosen.has(task))
}

function timeOf({ startedAt, endedAt }: TaskTrace, now: number): string {
  return startedAt === undefined ? '' : durationText(Math.max(0, (endedAt ?? now) - startedAt))
}

function itemsOf(task: TaskTrace): string {
  if (!task.isMapped || task.startedAt === undefined) return ''
  const { over } = task.plan ?? {}
  const all = typeof over === 'number' ? over : undefined
  return all === undefined
    ? `${task.itemsFulfilled} of ${task.items} items`
    : `${task.itemsFulfilled} of ${all} items`
}

function retriesOf({ retries }: TaskTrace): string {
  return retries === 0 ? '' : retries === 1 ? '1 retry' : `${retries} retries`
}

function whyOf({ state, reason, because }: TaskTrace): string {
  if (state === 'skipped') return because === undefined ? '' : `${because} failed`
  if (state !== 'rejected') return ''
  return plain(reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason))
}

function some(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}`
}
