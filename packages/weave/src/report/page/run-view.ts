import type { RunTrace } from '../../seeing/run-trace.js'
import type { TaskTrace } from '../../seeing/task-trace.js'
import { byStart } from '../../seeing/waterfall.js'

/** A run as the parts of its page need it; worked out once. */
export interface RunView {
  readonly run: RunTrace
  /** In the order of the timeline. */
  readonly tasks: readonly TaskTrace[]
  /** Place of each in `tasks`: what parts of the page know a task by. */
  readonly numbers: ReadonlyMap<TaskTrace, number>
  readonly criticalPath: readonly TaskTrace[]
  /** Its tasks, each with the one before it. */
  readonly critical: ReadonlyMap<TaskTrace, TaskTrace | undefined>
  /** Of the task that ran the longest. */
  readonly longestMs: number
}

export function viewOf(run: RunTrace): RunView {
  const tasks = byStart(run)
  const { criticalPath } = run
  return {
    run,
    tasks,
    numbers: new Map(tasks.map((task, number) => [task, number])),
    criticalPath,
    critical: new Map(criticalPath.map((task, place) => [task, criticalPath[place - 1]])),
    longestMs: tasks.reduce((most, task) => Math.max(most, run.runMs(task)), 0),
  }
}

/** The class of CSS that a task's state has. */
export function lookOf({ state }: TaskTrace): string {
  if (state === 'fulfilled') return 'ok'
  if (state === 'rejected') return 'bad'
  if (state === 'cancelled') return 'cut'
  return state === 'running' ? 'open' : 'skip'
}
