import { TaskCancelledError } from '@conc/core'
import { type ReasonOf, reasonByStart } from '@conc/core/internal'

/** Why tasks are cancelled whose call has failed with another one. */
export function siblingFailed(executor: string, cause: unknown): ReasonOf {
  const text = 'Another task of the call failed.'
  return reasonByStart(new TaskCancelledError(text, { origin: 'sibling', cause, executor }))
}
