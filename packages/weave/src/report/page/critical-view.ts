import { durationText } from '../../seeing/durations.js'
import type { TaskTrace } from '../../seeing/task-trace.js'
import { escaped, short } from './escape.js'
import { lookOf, type RunView } from './run-view.js'

/** One task of the path, or several short ones in a row. */
interface Part {
  readonly tasks: TaskTrace[]
  ms: number
}

/** Shares of the path: below, neighbours are drawn as one part; above, a part has its name on it. */
const smallest = 0.004
const labelled = 0.07

/** The critical path as one bar of its tasks. */
export function criticalView(view: RunView): string {
  const { run, criticalPath } = view
  if (criticalPath.length === 0) return ''
  const pathMs = criticalPath.reduce((sum, task) => sum + run.runMs(task), 0)
  const parts = partsOf(view, pathMs).map((part) => partView(part, view, pathMs))
  const which = criticalPath.length === 1 ? 'The task' : `The chain of ${criticalPath.length} tasks`
  return `<section class="card"><h2>Critical path</h2><p class="hint">${which} that took the longest: ${durationText(pathMs)}. Whoever wants the run faster begins here.</p><div class="path">${parts.join('')}</div></section>`
}

function partsOf({ run, criticalPath }: RunView, pathMs: number): Part[] {
  const parts: Part[] = []
  for (const task of criticalPath) {
    const ms = run.runMs(task)
    const last = parts.at(-1)
    const isSmall = ms < pathMs * smallest
    if (last && isSmall && last.ms < pathMs * smallest) {
      last.tasks.push(task)
      last.ms += ms
    } else parts.push({ tasks: [task], ms })
  }
  return parts
}

function partView({ tasks, ms }: Part, { numbers }: RunView, pathMs: number): string {
  const [first] = tasks as [TaskTrace]
  const share = pathMs > 0 ? ms / pathMs : tasks.length
  const name = tasks.length === 1 ? first.name : `${tasks.length} tasks from ${first.name} on`
  const text = `${name}\n${durationText(ms)}, ${Math.round(share * 100)} % of the critical path`
  const label = share > labelled ? `<span>${escaped(name)}</span>` : ''
  return `<i class="${lookOf(first)}" style="flex-grow:${short(share * 100)}" data-n="${numbers.get(first)}" data-t="${escaped(text)}">${label}</i>`
}
