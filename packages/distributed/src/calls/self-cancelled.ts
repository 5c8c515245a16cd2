import { TaskCancelledError } from '@conc/core'
import { endsAsCancelled } from '@conc/core/internal'

/**
 * What a caller is told of a body that threw. An abort error that nobody asked for is the body's own doing, which the caller
 * could not tell from a cancel of its own: it becomes the cause of a `TaskCancelledError` of origin `'self'`.
 */
export function toldOf(
  error: unknown,
  { isCancelled, task, executor }: { isCancelled: boolean; task: string; executor: string },
): unknown {
  if (isCancelled || !(error instanceof Error) || !endsAsCancelled(error, undefined)) return error
  const message = `Task '${task}' was aborted by itself: ${error.message}`
  return new TaskCancelledError(message, {
    origin: 'self',
    cause: error,
    started: true,
    task,
    executor,
  })
}
