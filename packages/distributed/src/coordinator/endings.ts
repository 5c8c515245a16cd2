import { type Started, TaskCancelledError, TaskTimeoutError, WorkerLostError } from '@conc/core'
import { NoWorkersError } from '../errors.js'
import type { Ending } from './call-request.js'
import { Fault } from './fault.js'
import type { PoolCall } from './pool-call.js'

/** The end of a call whose body never begins. */
export function neverBegan(reason: Fault): Ending {
  return { ok: false, phase: 'reject', started: false, fault: reason }
}

/** What a call is told when the body that made it was cancelled, or is lost. */
export function parentsEnd(call: PoolCall, executor: string): Fault {
  return Fault.of(
    new TaskCancelledError('The task that made this call was cancelled.', {
      origin: 'parent',
      task: call.request.task,
      executor,
      started: call.hasBody satisfies Started,
    }),
  )
}

/** What a call is told that has waited for its start too long. */
export function startsTooLate({ request }: PoolCall, executor: string, limitMs: number): Fault {
  const { task } = request
  const text = `Task '${task}' did not start within ${limitMs} ms.`
  return Fault.of(new TaskTimeoutError(text, { phase: 'waiting', task, executor }))
}

/** What a call is told whose only worker ends. */
export function workerIsClosed({ request }: PoolCall, executor: string, worker: number): Fault {
  const { task } = request
  const text = `Worker ${worker} of '${executor}' takes no more calls.`
  return Fault.of(new WorkerLostError(text, { task, executor, worker, started: false }))
}

/** What a call is told that every worker has refused. */
export function admittedNowhere({ request }: PoolCall, executor: string): Fault {
  const { task } = request
  const text = `No worker of '${executor}' takes task '${task}': \`admit\` said no to each.`
  return Fault.of(new NoWorkersError(text, { reason: 'admit', executor, task }))
}
