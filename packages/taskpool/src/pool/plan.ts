import { type Executor, InvalidOptionError, type SubmitOptions } from '@conc/core'
import {
  currentFrame,
  definitionOf,
  type Entered,
  type ForwardedOptions,
  follows,
  onBodyEnd,
  runHere,
  submitTo,
  takes,
} from '@conc/core/internal'
import { isRecord } from './checks.js'
import type { PoolTask } from './options.js'
import type { TaskJob } from './task-job.js'

export type AnyFunction = (...args: never[]) => unknown
type Closure = (...args: unknown[]) => unknown

/** Calls a function with an input and what it is given of its task. */
export type ClosureCall = (input: unknown, task: PoolTask) => unknown

/** The arguments of one task, without its `PoolTask`. May throw: then that task fails. */
export type ArgumentsOf = (input: unknown) => readonly unknown[]

/** How the tasks of one call run their function, and where. */
export interface Plan {
  /** Calls the function. May throw. */
  readonly invoke: (job: TaskJob) => unknown
  /** The same for an input and what the function is given of its task; only where it is not placed. */
  readonly call?: ClosureCall
  /** What the call behind each task is made with. */
  readonly options: ForwardedOptions
  /** Declared tasks, and closures that run elsewhere: as a call of an executor, which does the tracing. */
  readonly isPlaced: boolean
  /** Whether each task needs a call of its own: it is placed, or something may interrupt or repeat it. */
  readonly needsCall: boolean
  /** The declared task or function, for its name. */
  readonly fn: AnyFunction
}

/** Of functions that are given their `PoolTask` last. Declared tasks are given their arguments only. */
export function planOf(
  fn: AnyFunction,
  argumentsOf: ArgumentsOf,
  options: SubmitOptions,
  executor: Executor | undefined,
): Plan {
  const closure = fn as unknown as Closure
  const call: ClosureCall =
    argumentsOf === oneItem
      ? (input, task) => closure(input, task)
      : (input, task) => closure(...argumentsOf(input), task)
  const invoke: Plan['invoke'] = (job) => call(job.input, job)
  if (definitionOf(fn)) {
    return placed(fn, options, (job) => place(job, fn, argumentsOf(job.input)))
  }
  if (executor?.capabilities.closures) {
    return placed(fn, options, (job) => place(job, () => invoke(job), []))
  }
  return { fn, options, invoke, call, isPlaced: false, needsCall: isInterruptible(options) }
}

/** Of one submitted piece of work, which is given its arguments only. */
export function submittedPlan(
  fn: AnyFunction,
  args: readonly unknown[],
  options: SubmitOptions,
  executor: Executor | undefined,
): Plan {
  if (definitionOf(fn) || executor?.capabilities.closures) {
    return placed(fn, options, (job) => place(job, fn, args))
  }
  const invoke = (): unknown => (fn as unknown as Closure)(...args)
  return { fn, options, invoke, isPlaced: false, needsCall: isInterruptible(options) }
}

/** `[item]` */
export const oneItem: ArgumentsOf = (item) => [item]

/** `[item]`, where it is a plain object. */
export const namedItems: ArgumentsOf = (item) => {
  if (isRecord(item)) return [item]
  throw new InvalidOptionError('item', 'a plain object', item)
}

/** The items are the argument lists, all as long as the first one. */
export function tuples(): ArgumentsOf {
  let length: number | undefined
  return (item) => {
    if (!Array.isArray(item)) throw new InvalidOptionError('item', 'an array', item)
    length ??= item.length
    if (item.length === length) return item
    throw new InvalidOptionError('item', `an array of ${length} like the first`, item)
  }
}

function placed(fn: AnyFunction, options: SubmitOptions, invoke: Plan['invoke']): Plan {
  return { fn, options, invoke, isPlaced: true, needsCall: true }
}

function place(job: TaskJob, work: AnyFunction, args: readonly unknown[]): Promise<unknown> {
  const { board } = job
  const entered = job.entered(work as Entered['work'], args)
  if (takes(board.executor, work)) return submitTo(board.executor, entered)
  return runHere(entered, { name: board.name, ambient: board.pool })
}

function isInterruptible(options: ForwardedOptions): boolean {
  const { timeoutMs, retry, signal } = options
  if (timeoutMs !== undefined || retry !== undefined || signal !== undefined) return true
  return options[follows] !== undefined || options[onBodyEnd] !== undefined
}

/** Whether something around the caller may interrupt what it calls. */
export function isSurrounded(): boolean {
  const frame = currentFrame()
  return frame?.task !== undefined || frame?.deadline !== undefined
}
