import { TaskInputError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import type { Call } from '../calls/call.js'
import { attemptNumber } from '../calls/forwarded-options.js'
import type { Entered } from '../line/entered.js'
import { currentFrame, noFrame, runInFrame } from './frame.js'
import { iteratorOf, LocalProducer } from './local-producer.js'
import {
  runClosure,
  runTask,
  runTaskNow,
  type TaskSurroundings,
  taskFrame,
  validated,
} from './run-task.js'
import { RunningTask } from './running-task.js'
import type { Producer } from './stream-call.js'

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
  return runTask(call.definition, args, contextOf(entered, host), surroundings(entered, host))
}

/** The same for a call that was told: in its own frame, and without a promise where the body has none. May throw. */
export function runToldHere(entered: Entered, host: Host): unknown {
  const { args, frame, call } = entered
  const { definition } = call
  if (definition === undefined) return runInFrame(frame ?? noFrame, () => runHere(entered, host))
  const context = contextOf(entered, host)
  return runTaskNow(definition, args, context, surroundings(entered, host), frame)
}

/** Starts one stream in this process. @param ended called once, when the body is over. */
export async function produceHere<Y>(
  entered: Entered,
  host: Host,
  ended: () => void,
): Promise<Producer<Y>> {
  try {
    return await begun<Y>(entered, host, ended)
  } catch (error) {
    failedHere(entered.call, error)
    throw error
  }
}

/** An attempt whose body runs right here has failed: a body throws its own errors, be they those of another executor. */
export function failedHere(call: Call, error: unknown): void {
  if (!isRefused(error, call.taskName)) call.threw(error)
}

/** Whether the arguments of `task` were refused, and not those of a task that its body called. */
export function isRefused(error: unknown, task: string | undefined): boolean {
  return error instanceof TaskInputError && error.task === task
}

async function begun<Y>(entered: Entered, host: Host, ended: () => void): Promise<Producer<Y>> {
  const { call, work, args } = entered
  if (call.definition === undefined) {
    const made = await work(...(args as never[]))
    return new LocalProducer<Y>(iteratorOf(made, host.name), currentFrame(), ended)
  }
  const context = contextOf(entered, host)
  const frame = taskFrame(context, surroundings(entered, host))
  const valid = await validated(call.definition, args, context)
  return LocalProducer.ofTask<Y>(call.definition, valid, context, frame, ended)
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
    root: call.root,
    onProgress: call.progress,
  })
}

function surroundings({ slot }: Entered, { ambient }: Host): TaskSurroundings {
  return { executor: ambient, slot }
}
