import { WorkerLostError } from '@conc/core'
import { cellOf } from '../between/claim-table.js'
import type { Attempt } from '../calls/attempt.js'
import type { ThreadExit } from './thread-worker.js'

/** How a thread went, as far as it matters to the calls on it. */
export interface Loss extends ThreadExit {
  readonly threadId: number
  /** The task for which the thread was ended. */
  readonly culprit: string | undefined
}

/** What a call is told whose thread is gone. */
export function lossOf(attempt: Attempt, loss: Loss): WorkerLostError {
  const { definition, call, context, id } = attempt
  const { threadId, exitCode, cause } = loss
  return new WorkerLostError(
    `Task '${definition.name}' lost its thread (${threadId}) of '${call.executor}': ${reasonOf(loss)}`,
    {
      exitCode,
      started: cellOf(id) < 0 ? 'unknown' : attempt.isStarted,
      task: definition.name,
      executor: call.executor,
      worker: threadId,
      attempt: context?.attempt,
      ...(cause !== undefined && { cause }),
    },
  )
}

function reasonOf({ culprit, exitCode, cause }: Loss): string {
  if (culprit !== undefined) return `it was ended because task '${culprit}' ignored its cancel.`
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : `exit code ${exitCode}.`
}
