import type { TaskTrace } from '../../seeing/task-trace.js'
import { errorLine } from '../../seeing/value-text.js'
import { pieceText } from '../../seeing/waterfall.js'

/** Attempts of one task that failed in the same way. */
export interface Failure {
  /** The first of them. */
  readonly piece: string
  readonly at: number
  readonly error: unknown
  readonly task: TaskTrace
  /** It ended the task; no other attempt followed. */
  readonly isFinal: boolean
  count: number
}

/** The failed attempts of all tasks, in order of time; equal ones together. */
export function failuresOf(tasks: readonly TaskTrace[]): Failure[] {
  const failures = new Map<string, Failure>()
  const add = (failure: Failure): void => {
    const { task, isFinal, error } = failure
    const key = JSON.stringify([task.name, isFinal, errorLine(error)])
    const known = failures.get(key)
    if (known) known.count++
    else failures.set(key, failure)
  }
  for (const task of tasks) {
    const isLast = lastAttempts(task)
    let isTold = false
    for (const { end, item, attempt, error, to = 0 } of task.spans) {
      if (end !== 'failed') continue
      const isFinal = isLast(item, attempt) && endedBy(task, error)
      isTold ||= isFinal
      add({ piece: pieceText(task.name, item), at: to, error, task, isFinal, count: 1 })
    }
    if (isTold || task.state !== 'rejected') continue
    const { name, endedAt = 0, reason } = task
    add({ piece: name, at: endedAt, error: reason, task, isFinal: true, count: 1 })
  }
  return [...failures.values()].sort((one, other) => one.at - other.at)
}

/** By text too: events that came from another process carry copies. */
function endedBy({ state, reason }: TaskTrace, error: unknown): boolean {
  return state === 'rejected' && (error === reason || errorLine(error) === errorLine(reason))
}

function lastAttempts({
  spans,
}: TaskTrace): (item: number | undefined, attempt: number) => boolean {
  const last = new Map<number | undefined, number>()
  for (const { item, attempt } of spans) last.set(item, attempt)
  return (item, attempt) => last.get(item) === attempt
}
