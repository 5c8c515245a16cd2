import type { SubmitOptions } from '@conc/core'
import {
  Call,
  checkArguments,
  checkSubmitOptions,
  checkWork,
  type ForwardedOptions,
  onBodyEnd,
  refuseStreamTask,
  TaskStream,
} from '@conc/core/internal'
import { type AnyFunction, submittedPlan } from './plan.js'
import type { PoolBoard } from './pool-board.js'
import { StreamJob } from './stream-job.js'
import { SubmitJob } from './submit-job.js'

/** One task for its result. */
export function submitOn(
  board: PoolBoard,
  work: unknown,
  args: readonly unknown[],
  options: SubmitOptions,
): Promise<unknown> {
  checkSubmission(work, args, options)
  const refusal = refuseStreamTask(board.name, work) ?? board.admission.submitRefusal()
  if (refusal) {
    bodyIsOver(options)
    return Promise.reject(refusal)
  }
  const plan = submittedPlan(work as AnyFunction, args, options, board.executor)
  const job = new SubmitJob(board.submits(), plan)
  const promise = job.toPromise()
  board.queue(job)
  return promise
}

/** One task for its items. Nothing is accepted before the first is asked for. */
export function streamOn(
  board: PoolBoard,
  work: unknown,
  args: readonly unknown[],
  options: SubmitOptions,
): TaskStream<unknown> {
  checkSubmission(work, args, options)
  const items: TaskStream<unknown> = new TaskStream<unknown>({
    accept: () => {
      const call = accept(board, work, options)
      board.streams.add(items)
      return call
    },
    open: (call, attempt) =>
      new StreamJob(board.submits(), call, attempt, work as AnyFunction, args).open(),
    ended: (call) => {
      call.cancellation.end()
      bodyIsOver(options)
      board.streams.delete(items)
      board.check()
    },
  })
  return items
}

function accept(board: PoolBoard, work: unknown, options: SubmitOptions): Call {
  const refusal = board.admission.submitRefusal()
  if (refusal) {
    bodyIsOver(options)
    throw refusal
  }
  return new Call(board.name, work, options)
}

function checkSubmission(work: unknown, args: unknown, options: SubmitOptions): void {
  checkWork(work)
  checkArguments(args)
  checkSubmitOptions(options)
}

/** Tells the executor in front, if it asked, that there is no body any more. */
function bodyIsOver(options: ForwardedOptions): void {
  options[onBodyEnd]?.()
}
