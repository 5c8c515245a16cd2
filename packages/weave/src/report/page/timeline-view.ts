import { durationText } from '../../seeing/durations.js'
import type { TaskTrace } from '../../seeing/task-trace.js'
import { notesOf, shortestWaitMs } from '../../seeing/waterfall.js'
import { bars, mark } from './bars.js'
import { density, densityOf } from './density.js'
import { escaped, short } from './escape.js'
import { laneHeight, lanesOf, lanesView } from './lanes.js'
import { lookOf, type RunView } from './run-view.js'

/** Above, the items of a mapped task are drawn as how many ran when. */
const mostItemBars = 500
/** Bars of items in a whole page, so that it stays one that a browser opens at once. */
const mostBars = 12_000
/** Up to so many lanes items stand in the row itself. */
const fewLanes = 8

const fewestForOverview = 12
const steps = [1, 2, 5]

/** When each task ran: a row per task, a bar per attempt and item. */
export function timelineView(view: RunView): string {
  const { run, tasks } = view
  if (tasks.length === 0) return ''
  let left = mostBars
  const rows = tasks.map((task) => {
    const hasBars = task.items <= mostItemBars && task.spans.length <= left
    if (hasBars && task.isMapped) left -= task.spans.length
    return row(task, view, hasBars)
  })
  const step = tickStep(run.ms)
  const pitch = run.ms > 0 ? short((step / run.ms) * 100) : '100'
  return `<section class="card"><h2>Timeline</h2>
<div class="tools"><input type="search" class="find" placeholder="Find a task" aria-label="Find a task">${filters(view)}${legend()}</div>
<div class="time" style="--pitch:${pitch}%"><div class="axis" aria-hidden="true"><span></span><span></span><div>${ticks(run.ms, step)}</div></div>
${overview(view)}<ol class="rows">
${rows.join('\n')}
</ol></div></section>`
}

/** How much ran when, over all tasks. */
function overview({ run, tasks }: RunView): string {
  const spans = run.planned.flatMap((task) => task.spans)
  if (tasks.length < fewestForOverview || run.ms <= 0) return ''
  const curve = densityOf(spans, { from: 0, to: run.ms, ms: run.ms })
  const most = Math.ceil(curve.most - 0.005)
  return `<div class="overview" aria-hidden="true"><span class="name">all, at most ${most} at a time</span><span class="dur"></span><div class="track">${curve.svg('')}</div></div>
`
}

function row(task: TaskTrace, view: RunView, hasBars: boolean): string {
  const { run, critical, numbers } = view
  const time = task.startedAt === undefined ? '' : durationText(run.runMs(task))
  const notes = notesOf(task)
  const tags = [critical.has(task) ? 'crit' : '', task.retries > 0 ? 'again' : '']
  const classes = ['row', lookOf(task), ...tags].filter(Boolean).join(' ')
  const { track, more } = trackOf(task, view, hasBars)
  const note = notes.length > 0 ? `<small>${escaped(notes.join(' · '))}</small>` : ''
  const toggle =
    more === '' ? '' : '<button class="toggle" aria-expanded="false" aria-label="Items">▸</button>'
  return `<li class="${classes}" data-n="${numbers.get(task)}" tabindex="-1"><span class="name">${toggle}<b title="${escaped(task.name)}">${escaped(task.name)}</b>${note}</span><span class="dur">${time}</span><div class="track">${track}</div>${more}</li>`
}

/** What is drawn in the row, and what unfolds below it. */
function trackOf(
  task: TaskTrace,
  view: RunView,
  hasBars: boolean,
): { track: string; more: string } {
  const { ms } = view.run
  const before = waitBar(task, ms)
  if (!task.isMapped) return { track: before + bars(task.spans, task.name, ms), more: '' }
  if (!hasBars) return { track: before + density(task, ms), more: '' }
  const lanes = lanesOf(task.spans, ms)
  if (lanes.length <= fewLanes) return { track: before + lanesView(lanes, task.name, ms), more: '' }
  const height = short(lanes.length * laneHeight(lanes.length))
  const items = `<div class="track items" hidden style="height:${height}px">${lanesView(lanes, task.name, ms)}</div>`
  return { track: before + density(task, ms), more: items }
}

function waitBar(task: TaskTrace, ms: number): string {
  const { readyAt, startedAt, endedAt } = task
  if (readyAt === undefined) return ''
  const to = startedAt ?? endedAt ?? ms
  if (to - readyAt < Math.max(ms / 2000, shortestWaitMs)) return ''
  return mark(
    'wait',
    readyAt,
    to,
    ms,
    `${task.name}\nready, waits to start: ${durationText(to - readyAt)}`,
  )
}

function filters({ tasks, critical }: RunView): string {
  const counts: [key: string, label: string, count: number][] = [
    ['bad', 'failed', tasks.filter(({ state }) => state === 'rejected').length],
    ['again', 'retried', tasks.filter(({ retries }) => retries > 0).length],
    ['cut', 'cancelled', tasks.filter(({ state }) => state === 'cancelled').length],
    ['skip', 'skipped', tasks.filter(({ state }) => state === 'skipped').length],
    ['crit', 'critical path', critical.size],
  ]
  const buttons = counts
    .filter(([, , count]) => count > 0)
    .map(
      ([key, label, count]) =>
        `<button class="filter" data-f="${key}" aria-pressed="false">${label} ${count}</button>`,
    )
  return `<span class="filters">${buttons.join('')}</span>`
}

function legend(): string {
  const entries: [look: string, text: string][] = [
    ['ok', 'ran'],
    ['ok strong', 'critical path'],
    ['bad', 'failed'],
    ['cut', 'cancelled'],
    ['wait', 'waits'],
  ]
  const keys = entries.map(([look, text]) => `<span><i class="key ${look}"></i>${text}</span>`)
  return `<span class="legend">${keys.join('')}</span>`
}

/** Round steps of time, about six to a row. */
function tickStep(ms: number): number {
  if (ms <= 0) return 1
  const rough = ms / 6
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  return (steps.find((one) => one * magnitude >= rough) ?? 10) * magnitude
}

function ticks(ms: number, step: number): string {
  const marks: string[] = []
  for (let number = 0; number * step <= ms * 0.94; number++) {
    const at = number * step
    marks.push(`<i style="left:${short(ms > 0 ? (at / ms) * 100 : 0)}%">${durationText(at)}</i>`)
  }
  return marks.join('')
}
