import { TaskInputError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import { attemptNumber } from '../calls/forwarded-options.js'
import type { Entered } from '../line/entered.js'
import { currentFrame } from './frame.js'
import { iteratorOf, LocalProducer } from './local-producer.js'
import { runClosure, runTask, type TaskSurroundings, taskFrame, validated } from './run-task.js'
import { RunningTask } from './running-task.js'
import type { Producer } from './task-stream.js'

/** Whose work runs in this process. */
export interface Host {
  /** What `currentTask().executor` says. */
  readonly name: string
  /** Where nested calls go; `undefined` leaves the ambient executor as it is. */
  readonly ambient: Executor | undefined
}

/** Runs one attempt in this process. Settles when the body has ended. */
export function runHere(entered: Entered, host: Host): Promise<unknown> {
  const { call, work, args } = entered
  if (call.definition === undefined) return runClosure(host.name, work, args)
  return runTask(call.definition, args, contextOf(entered, host), around(entered, host))
}

/** Starts one stream in this process. @param ended called once, when the body is over. */
export async function produceHere<Y>(
  entered: Entered,
  host: Host,
  ended: () => void,
): Promise<Producer<Y>> {
  const { call, work, args } = entered
  if (call.definition === undefined) {
    const made = await work(...(args as never[]))
    return new LocalProducer<Y>(iteratorOf(made, host.name), currentFrame(), ended)
  }
  const context = contextOf(entered, host)
  const frame = taskFrame(context, around(entered, host))
  const valid = await validated(call.definition, args, context)
  return LocalProducer.ofTask<Y>(call.definition, valid, context, frame, ended)
}

/** Whose failure an error is: a body right here throws its own, be it an error of another executor. */
export function blameHere(error: unknown): 'body' | 'infrastructure' {
  return error instanceof TaskInputError ? 'infrastructure' : 'body'
}

function contextOf({ call, attempt }: Entered, host: Host): RunningTask {
  return new RunningTask({
    name: call.taskName ?? 'anonymous',
    executor: host.name,
    cancellation: call.cancellation,
    attempt: call.options[attemptNumber] ?? attempt,
    deadline: call.deadline,
    headers: call.headers,
    parent: call.parent,
    onProgress: call.progress,
  })
}

function around({ slot }: Entered, { ambient }: Host): TaskSurroundings {
  return { executor: ambient, slot }
}
