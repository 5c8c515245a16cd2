import { InvalidOptionError, TaskCancelledError } from '@conc/core'
import { checkKeys, checkObject, type ReasonOf, reasonByStart } from '@conc/core/internal'
import { AlreadyCancelledError, AlreadyEndedError, TaskNotFoundError } from '../errors.js'
import type { CancelOptions } from './options.js'
import type { PoolBoard } from './pool-board.js'
import type { TaskJob } from './task-job.js'

/** Cancels tasks by id: all of them or, if one cannot be cancelled, none. */
export function cancelTasks(board: PoolBoard, ids: unknown, reason: ReasonOf): void {
  const jobs = new Set(idsOf(ids).map((id) => cancellable(board, id)))
  for (const job of jobs) job.interrupt(reason(true))
}

/** What tasks are cancelled for: what the caller says, or that it was a cancel. */
export function reasonOf(pool: string, options: CancelOptions): ReasonOf {
  checkObject('options', options)
  checkKeys('options', options, ['reason'])
  const { reason } = options
  if (reason !== undefined) return () => reason
  const message = `The task was cancelled in ${pool}.`
  return reasonByStart(new TaskCancelledError(message, { origin: 'cancel', executor: pool }))
}

function idsOf(ids: unknown): number[] {
  if (typeof ids === 'number') return [ids]
  const source = ids as Partial<Iterable<number>> | null | undefined
  if (typeof source?.[Symbol.iterator] === 'function') return [...(source as Iterable<number>)]
  throw new InvalidOptionError('ids', 'a task id or an iterable of them', ids)
}

function cancellable(board: PoolBoard, id: number): TaskJob {
  const { live, name } = board
  const job = live.find(id)
  if (job === undefined && !board.hasEnded(id)) throw new TaskNotFoundError(id, name)
  if (job === undefined || job.isDone) throw new AlreadyEndedError(`${name}_Task-${id}`)
  if (job.status === 'cancelling') throw new AlreadyCancelledError(job.name)
  return job
}
