import { InvalidOptionError } from './errors/conc-error.js'
import type { Executor, SubmitOptions } from './executor.js'
import { here } from './inline.js'
import { checkExecutor } from './internal/checks/executor-checks.js'
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
  checkObject,
  checkRetry,
  checkSubmitOptions,
  checkText,
} from './internal/checks/option-checks.js'
import { currentFrame } from './internal/running/frame.js'
import { callerModule, moduleUrl } from './internal/tasks/call-site.js'
import {
  callOptions,
  checkName,
  definitionOf,
  registry,
  type TaskDefinition,
  taskDefinition,
} from './internal/tasks/task-definition.js'
import type { RetryPolicy } from './retry-policy.js'
import type { StandardSchemaV1 } from './standard-schema.js'

/** What calling a task gives: a promise, or for a generator an async generator. */
export type TaskCall<R> = [R] extends [never]
  ? Promise<never>
  : R extends AsyncIterable<infer Y> | Generator<infer Y>
    ? AsyncGenerator<Y, void, undefined>
    : Promise<Awaited<R>>

/** A task with options to call it by. */
export interface TaskCaller<A extends readonly unknown[], R> {
  /** Runs the task on the ambient executor; here, where there is none. */
  (...args: A): TaskCall<R>
  /** Runs the task in this process, whatever the ambient executor is. */
  local(...args: A): TaskCall<R>
  /** Calls that run on `executor`. */
  on(executor: Executor): (...args: A) => TaskCall<R>
  /**
   * The same task with these options for its calls; given again they are merged, the later ones win. They hold too
   * where it is submitted, unless the submit says otherwise.
   */
  with(options: SubmitOptions): TaskCaller<A, R>
}

/** A named function that any executor can run. */
export interface Task<A extends readonly unknown[], R> extends TaskCaller<A, R> {
  readonly name: string
  /** The declaring file, which workers import; `undefined` where it cannot be imported. */
  readonly module: string | undefined
  readonly version: string | undefined
}

/** Options of `task`. What a call says wins over them. */
export interface TaskOptions<A extends readonly unknown[] = readonly unknown[]> {
  /** The file that declares the task, as a URL or absolute path. Default: the file that called `task`. */
  readonly module?: string | URL
  /** Told to servers and queues, which refuse another version than their own. */
  readonly version?: string
  /** Running it twice does what running it once does: allows retries after a loss. Default: unknown. */
  readonly idempotent?: boolean
  /** For calls that do not say. Default: none. */
  readonly retry?: RetryPolicy
  /** For calls that do not say. Default: none. */
  readonly timeoutMs?: number
  /** Checks the list of arguments where the task runs, before the body; what it returns becomes the arguments. */
  readonly input?: StandardSchemaV1<unknown, A>
  /** Calls give an async generator. Default: whether `fn` is a generator function; `true` for one that returns an iterable. */
  readonly stream?: boolean
}

const knownOptions = ['module', 'version', 'idempotent', 'retry', 'timeoutMs', 'input', 'stream']

/**
 * Declares a function as a task: named, so that workers, servers and queues find it by importing this file.
 * Declaring starts nothing. Do it at the top level of a module.
 *
 * @param name `[A-Za-z0-9_.\-/]{1,128}`, unique in a process; a named function may stand alone.
 * @throws {DuplicateTaskError} another module has declared the name.
 * @throws {InvalidOptionError} a malformed name or option, or no function.
 * @example
 * export const resize = task('images/resize', async (path: string, width: number) => sharp(path, width))
 * await resize('a.png', 640)
 * await resize.on(threads)('a.png', 640)
 * await resize.with({ timeoutMs: 500 })('a.png', 640)
 */
export function task<const A extends readonly unknown[], R>(
  name: string,
  fn: (...args: A) => R,
  options?: TaskOptions<A>,
): Task<A, R>
export function task<const A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  options?: TaskOptions<A>,
): Task<A, R>
export function task(first: unknown, second?: unknown, third?: unknown): Task<never, unknown> {
  const [name, fn, options = {}] =
    typeof first === 'function' ? [first.name, first, second] : [first, second, third]
  checkName('name', name)
  checkFunction('fn', fn)
  checkTaskOptions(options)
  if (definitionOf(fn)) throw new InvalidOptionError('fn', 'a function that is no task already', fn)
  const module = options.module === undefined ? callerModule(task) : moduleUrl(options.module)
  return declareTask(name, fn as TaskDefinition['fn'], module, options)
}

/**
 * Declares a task on behalf of a caller whose module is known; `undefined` where it has none that can be imported.
 *
 * @throws {DuplicateTaskError}
 */
export function declareTask<A extends readonly unknown[], R>(
  name: string,
  fn: (...args: A) => R,
  module: string | undefined,
  options: TaskOptions = {},
): Task<A, R> {
  const definition = define(name, fn, module, options)
  registry.add(definition)
  return makeTask(definition)
}

/**
 * The same task with its arguments completed in each call. An executor that is handed the task itself takes the
 * arguments of the submit as they are.
 */
export function completing<A extends readonly unknown[], B extends readonly unknown[], R>(
  made: Task<B, R>,
  complete: (args: A) => B,
): Task<A, R> {
  return makeTask<A, R>(definitionOf(made) as TaskDefinition, complete)
}

/**
 * Whether a value was made by `task()`.
 *
 * @example
 * const runs = isTask(work) ? executor.submit(work, [1]) : work(1)
 */
export function isTask(value: unknown): value is Task<readonly unknown[], unknown> {
  return definitionOf(value) !== undefined
}

function define(
  name: string,
  fn: TaskDefinition['fn'],
  module: string | undefined,
  options: TaskOptions,
): TaskDefinition {
  const { version, idempotent, retry, timeoutMs, stream } = options
  return Object.freeze({
    name,
    fn,
    module,
    isStream: stream ?? isGeneratorFunction(fn),
    version,
    idempotent,
    retry,
    timeoutMs,
    input: options.input as StandardSchemaV1 | undefined,
  })
}

function makeTask<A extends readonly unknown[], R>(
  definition: TaskDefinition,
  complete?: Completion<A>,
): Task<A, R> {
  const made = makeCaller<A, R>({ definition, complete }) as Task<A, R>
  const { module, version } = definition
  for (const [key, value] of Object.entries({ module, version })) {
    Object.defineProperty(made, key, { value, configurable: true })
  }
  return made
}

type Completion<A> = (args: A) => readonly unknown[]

interface CallerInit<A extends readonly unknown[], R> {
  readonly definition: TaskDefinition
  readonly options?: SubmitOptions
  /** The task that these are calls of, which is what executors are given; default: this one. */
  readonly made?: Task<A, R>
  readonly complete: Completion<A> | undefined
}

function makeCaller<A extends readonly unknown[], R>(init: CallerInit<A, R>): TaskCaller<A, R> {
  const { definition, options, complete } = init
  const callOn = (executor: Executor, given: A): TaskCall<R> => {
    const args = complete ? complete(given) : given
    const result = definition.isStream
      ? executor.stream(work as Task<never, never>, args as never, options)
      : executor.submit(work as Task<never, R>, args as never, options)
    return result as TaskCall<R>
  }
  const { name } = definition
  // Named as it is made: a function that is renamed later becomes a dictionary, in which all that executors ask it is searched.
  const call = {
    [name]: (...args: A): TaskCall<R> => callOn(currentFrame()?.executor ?? here, args),
  }[name] as (...args: A) => TaskCall<R>
  const caller = Object.assign(call, {
    local: (...args: A): TaskCall<R> => callOn(here, args),
    on: (executor: Executor) => {
      checkExecutor('executor', executor)
      return (...args: A): TaskCall<R> => callOn(executor, args)
    },
    with: (more: SubmitOptions) => {
      checkSubmitOptions(more)
      return makeCaller<A, R>({ ...init, options: { ...options, ...more }, made: work })
    },
  })
  const work = init.made ?? (caller as unknown as Task<A, R>)
  Object.defineProperty(caller, taskDefinition, { value: definition })
  if (options) Object.defineProperty(caller, callOptions, { value: options })
  return caller
}

function isGeneratorFunction(fn: unknown): boolean {
  const tag = Object.prototype.toString.call(fn)
  return tag === '[object GeneratorFunction]' || tag === '[object AsyncGeneratorFunction]'
}

function checkTaskOptions(options: unknown): asserts options is TaskOptions {
  checkObject('options', options)
  checkKeys('options', options, knownOptions)
  checkOptionValues(options)
}

function checkOptionValues(options: TaskOptions): void {
  checkText('version', options.version)
  checkBoolean('idempotent', options.idempotent)
  checkBoolean('stream', options.stream)
  if (options.timeoutMs !== undefined) checkDuration('timeoutMs', options.timeoutMs)
  if (options.retry !== undefined) checkRetry('retry', options.retry)
  const validate = options.input?.['~standard']?.validate
  if (options.input !== undefined && typeof validate !== 'function') {
    throw new InvalidOptionError('input', 'a Standard Schema v1 validator', options.input)
  }
}
