import { durationText } from '../../seeing/durations.js'
import type { RunTrace } from '../../seeing/run-trace.js'
import type { TaskState } from '../../seeing/task-trace.js'
import { escaped } from './escape.js'
import type { RunView } from './run-view.js'

const statusTexts: Readonly<Record<RunTrace['status'], string>> = {
  running: 'not finished',
  fulfilled: 'fulfilled',
  rejected: 'failed',
  cancelled: 'cancelled',
}

/** How the run ended, in a word. */
export function statusPill({ status }: RunTrace): string {
  const look = { running: 'open', fulfilled: 'ok', rejected: 'bad', cancelled: 'cut' }[status]
  return `<span class="pill ${look}">${statusTexts[status]}</span>`
}

/** When it ran, and what of. */
export function runFacts({ startedAt, run, plan, parent }: RunTrace): string {
  const facts = [
    ...(startedAt === undefined
      ? []
      : [new Date(startedAt).toISOString().replace('T', ' ').replace('Z', ' UTC')]),
    `run ${run}`,
    ...(parent === undefined ? [] : [`inside of task ${parent}`]),
    ...(plan ? [`plan ${plan.fingerprint}`] : []),
  ]
  return facts.map((fact) => `<span>${escaped(fact)}</span>`).join('')
}

/** The figures of a run. */
export function totalsView(view: RunView): string {
  const { run, criticalPath, tasks } = view
  const { ms, workMs } = run
  const pathMs = criticalPath.reduce((sum, task) => sum + run.runMs(task), 0)
  const attempts = tasks.reduce((sum, { spans }) => sum + spans.length, 0)
  const retries = tasks.reduce((sum, task) => sum + task.retries, 0)
  const items = tasks.reduce((sum, task) => sum + task.items, 0)
  const share = ms > 0 ? `${Math.round((pathMs / ms) * 100)} % of wall` : ''
  return `<section class="totals">${[
    tile('Wall', durationText(ms), run.status === 'running' ? 'so far' : 'from begin to end'),
    tile('Work', durationText(workMs), 'all bodies together'),
    tile('Parallelism', ms > 0 ? `${timesText(workMs / ms)}×` : '–', 'work over wall'),
    tile('Critical path', durationText(pathMs), share),
    tile('Tasks', String(run.planned.length), statesText(run)),
    tile(
      'Attempts',
      String(attempts),
      [
        `${retries} ${retries === 1 ? 'retry' : 'retries'}`,
        ...(items > 0 ? [`${items} items`] : []),
      ].join(' · '),
    ),
  ].join('')}</section>`
}

function tile(label: string, figure: string, note: string): string {
  return `<div><span>${label}</span><b>${escaped(figure)}</b><small>${escaped(note)}</small></div>`
}

/** What became of them, the same way round in every report. */
const statesInOrder: readonly TaskState[] = [
  'fulfilled',
  'rejected',
  'cancelled',
  'skipped',
  'running',
  'ready',
  'waiting',
]

function statesText({ planned }: RunTrace): string {
  const counts = new Map<TaskState, number>()
  for (const { state } of planned) counts.set(state, (counts.get(state) ?? 0) + 1)
  return statesInOrder
    .filter((state) => counts.has(state))
    .map((state) => `${counts.get(state)}\u00a0${state}`)
    .join(' · ')
}

/** As exact as it means something: 0.62, 2.4, 24. */
function timesText(times: number): string {
  return times < 9.95 ? String(Number(times.toPrecision(2))) : String(Math.round(times))
}
