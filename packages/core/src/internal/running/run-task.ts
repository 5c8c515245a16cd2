import { TaskInputError, type TaskInputIssue } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import type { StandardSchemaIssue } from '../../standard-schema.js'
import { Cancellation } from '../calls/cancellation.js'
import type { Slot } from '../line/slot.js'
import type { LogReader } from '../logs/log-reader.js'
import type { TaskDefinition } from '../tasks/task-definition.js'
import { isTraced, traced } from './events.js'
import { currentFrame, type Frame, type Rank, runInFrame } from './frame.js'
import { newCallId, type RunningTask } from './running-task.js'

export interface TaskSurroundings {
  /** Where nested calls go; `undefined` leaves the ambient executor as it is. */
  readonly executor?: Executor | undefined
  /** The slot under the body. */
  readonly slot?: Slot | undefined
  /** Values of context variables that came with the call; default: those that are set here. */
  readonly vars?: ReadonlyMap<string, unknown> | undefined
  /** The way to the locks that the body sees; `undefined` leaves it as it is. */
  readonly locks?: object | undefined
  /** The most that calls of the body may wait for their start, in ms; `undefined` leaves that as it is. */
  readonly startTimeoutMs?: number | undefined
  /** Where the call stood in line; `undefined` leaves that of whoever is around. */
  readonly rank?: Rank | undefined
  /** Who wants the records of the body; `undefined` leaves that as it is. */
  readonly logs?: LogReader | undefined
}

/** The frame in which the body of `context` runs. @param outer default: what surrounds this code. */
export function taskFrame(
  context: RunningTask,
  around: TaskSurroundings,
  outer: Frame | undefined = currentFrame(),
): Frame {
  const { slot } = around
  context.slots = slot === undefined ? outer?.slots : slotsOver(outer?.slots, slot)
  return {
    executor: around.executor ?? outer?.executor,
    task: context,
    vars: around.vars ?? outer?.vars,
    slots: context.slots,
    deadline: outer?.deadline,
    startTimeoutMs: around.startTimeoutMs ?? outer?.startTimeoutMs,
    rank: around.rank ?? outer?.rank,
    weave: outer?.weave,
    locks: around.locks ?? outer?.locks,
    logs: around.logs ?? outer?.logs,
    isImporting: false,
  }
}

/** Those of `outer` with one before them. */
function slotsOver(outer: Frame['slots'], slot: Slot): readonly Slot[] {
  return outer === undefined ? [slot] : [slot, ...outer]
}

/** Runs a declared task in this process: arguments validated, context set, body traced. Rejects, never throws. */
export function runTask(
  definition: TaskDefinition,
  args: readonly unknown[],
  context: RunningTask,
  around: TaskSurroundings = {},
): Promise<unknown> {
  const body = async (): Promise<unknown> => {
    const valid = definition.input === undefined ? args : await validated(definition, args, context)
    return definition.fn(...(valid as never[]))
  }
  const run = isTraced() ? () => traced(() => describe(context), body) : body
  return runInFrame(taskFrame(context, around), run)
}

/** The same, but what the body gives is passed on as it is, promise or not. May throw as the body does. */
export function runTaskNow(
  definition: TaskDefinition,
  args: readonly unknown[],
  context: RunningTask,
  around: TaskSurroundings,
  outer: Frame | undefined = currentFrame(),
): unknown {
  if (definition.input === undefined && !isTraced()) {
    return runInFrame(taskFrame(context, around, outer), () => definition.fn(...(args as never[])))
  }
  return runInFrame(outer ?? {}, () => runTask(definition, args, context, around))
}

/** Calls a plain function as it is; `conc:task` sees it where somebody listens. Rejects, never throws. */
export async function runClosure(
  executor: string,
  work: (...args: never[]) => unknown,
  args: readonly unknown[],
): Promise<unknown> {
  if (!isTraced()) return work(...(args as never[]))
  const trace = { id: newCallId(), name: work.name || 'anonymous', executor, attempt: 1 }
  return await traced(
    () => trace,
    async () => work(...(args as never[])),
  )
}

/** What `conc:task` says of a call. */
export function describe(context: RunningTask): {
  id: string
  name: string
  executor: string
  attempt: number
} {
  const { id, name, executor, attempt } = context
  return { id, name, executor, attempt }
}

/**
 * The arguments as the task's `input` schema returns them. A cancel ends the wait for a slow validator, so that the
 * body does not start after it.
 *
 * @throws {TaskInputError}
 */
export async function validated(
  definition: TaskDefinition,
  args: readonly unknown[],
  context: { readonly executor: string; readonly attempt: number; cancellation?: Cancellation },
): Promise<readonly unknown[]> {
  if (definition.input === undefined) return args
  const { cancellation = new Cancellation() } = context
  const result = await cancellation.orThrow(definition.input['~standard'].validate(args))
  if (result.issues === undefined) return result.value as readonly unknown[]
  const issues = result.issues.map(plainIssue)
  const { executor, attempt } = context
  const text = issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`).join('; ')
  throw new TaskInputError(`Task '${definition.name}' was given wrong arguments: ${text}`, {
    issues,
    task: definition.name,
    executor,
    attempt,
  })
}

function plainIssue(issue: StandardSchemaIssue): TaskInputIssue {
  if (issue.path === undefined) return { message: issue.message }
  const path = issue.path.map((step) => {
    const key = typeof step === 'object' ? step.key : step
    return typeof key === 'symbol' ? String(key) : key
  })
  return { message: issue.message, path }
}

function pathText(path: readonly (string | number)[] = []): string {
  return path.reduce<string>(
    (text, step) => (/^[0-9]+$/.test(String(step)) ? `${text}[${step}]` : `${text}.${step}`),
    'args',
  )
}
