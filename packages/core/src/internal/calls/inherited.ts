import type { SubmitOptions } from '../../executor.js'
import type { Frame } from '../running/frame.js'
import type { TaskDefinition } from '../tasks/task-definition.js'

/** Its own headers win over those of the task around it. */
export function mergeHeaders(
  inherited: Readonly<Record<string, string>> | undefined,
  own: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (own === undefined) return inherited
  return Object.freeze({ ...inherited, ...own })
}

/** Its own limit, which counts from now, or one of those around it, whichever comes first; `undefined`: there is none. */
export function earliestDeadline(
  definition: TaskDefinition | undefined,
  options: SubmitOptions,
  frame: Frame | undefined,
): number | undefined {
  const timeoutMs = options.timeoutMs ?? definition?.timeoutMs ?? Number.POSITIVE_INFINITY
  const own = timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : Date.now() + timeoutMs
  const earliest = Math.min(own, frame?.deadline ?? Infinity, frame?.task?.deadline ?? Infinity)
  return earliest === Number.POSITIVE_INFINITY ? undefined : earliest
}
