import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkKeys,
  checkLimit,
  checkObject,
  checkRetry,
  checkSubmitOptions,
  isExecutor,
} from '@conc/core/internal'
import { WeaveNameError } from '../errors.js'
import type { Defaults } from './task-options.js'

const policy = ['retries', 'timeoutMs', 'executor', 'priority']
const sent = ['idempotencyKey', 'headers', 'tags']
const edges = ['needs', 'after', 'args']
const taskKeys = [...policy, ...sent, ...edges]
const pace = ['workers', 'perMinute', 'limitPerMinute']
const eachKeys = [...taskKeys, ...pace]
const defaultsKeys = [...policy, ...pace, 'strict']

const reserved: ReadonlySet<string> = new Set([
  'final',
  'timings',
  'plan',
  'then',
  'constructor',
  '__proto__',
])

/** Options of a task as they are after their check. */
export interface CheckedOptions extends Defaults {
  readonly idempotencyKey?: string | ((...args: unknown[]) => string)
  readonly headers?: Readonly<Record<string, string>>
  readonly tags?: readonly string[]
  readonly needs?: readonly string[]
  readonly after?: readonly string[]
  readonly args?: (...args: unknown[]) => readonly unknown[]
}

/** @throws {WeaveNameError} the name cannot be used, whatever else the weave has. */
export function checkTaskName(name: unknown): asserts name is string {
  if (typeof name !== 'string' || name === '') {
    throw new WeaveNameError(String(name), 'a name is a non-empty string')
  }
  if (reserved.has(name)) throw new WeaveNameError(name, 'it is reserved by the result object')
}

/** The own values of an object of inputs. @throws {InvalidOptionError} @throws {WeaveNameError} */
export function checkedInputs(inputs: unknown): Readonly<Record<string, unknown>> {
  checkObject('inputs', inputs)
  const values: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(inputs)) {
    checkTaskName(name)
    values[name] = value
  }
  return values
}

/** @throws {InvalidOptionError} */
export function checkTaskOptions(
  options: unknown,
  kind: 'task' | 'each',
): asserts options is CheckedOptions {
  checkObject('options', options)
  checkKeys('options', options, kind === 'each' ? eachKeys : taskKeys)
  const checked = options as CheckedOptions
  checkPolicy(checked)
  checkSent(checked, kind)
  if (checked.needs !== undefined) checkNames('needs', checked.needs)
  if (checked.after !== undefined) checkNames('after', checked.after)
  if (checked.args !== undefined) checkFunction('args', checked.args)
}

/** @throws {InvalidOptionError} */
export function checkMergeOptions(options: unknown, hasItems: boolean): void {
  checkObject('options', options)
  checkKeys('options', options, [...policy, ...sent, ...(hasItems ? pace : [])])
  checkPolicy(options as CheckedOptions)
  checkSent(options as CheckedOptions, hasItems ? 'each' : 'task')
}

/** @throws {InvalidOptionError} */
export function checkDefaults(options: unknown): asserts options is Defaults {
  checkObject('options', options)
  checkKeys('options', options, defaultsKeys)
  checkPolicy(options as Defaults)
}

/** @throws {InvalidOptionError} */
export function checkExecutorOption(executor: unknown): void {
  if (executor === undefined || isExecutor(executor)) return
  if (typeof executor === 'string' && executor !== '') return
  throw new InvalidOptionError('executor', 'an Executor or a name from `executors`', executor)
}

function checkPolicy(options: Defaults): void {
  const { retries, timeoutMs, executor, priority, workers, strict } = options
  if (retries !== undefined) checkRetry('retries', retries)
  if (timeoutMs !== undefined) checkDuration('timeoutMs', timeoutMs)
  if (workers !== undefined) checkLimit('workers', workers)
  checkPace(options)
  checkExecutorOption(executor)
  if (priority !== undefined) checkSubmitOptions({ priority })
  checkBoolean('strict', strict)
}

function checkPace({ perMinute, limitPerMinute }: Defaults): void {
  if (perMinute !== undefined) checkRate('perMinute', perMinute)
  if (limitPerMinute === undefined) return
  checkRate('limitPerMinute', limitPerMinute)
  if (perMinute === undefined) return
  throw new InvalidOptionError('limitPerMinute', 'left out beside `perMinute`', limitPerMinute)
}

function checkRate(option: string, value: unknown): void {
  if (typeof value === 'number' && value > 0) return
  throw new InvalidOptionError(option, 'a number of starts above 0', value)
}

function checkSent({ idempotencyKey, headers, tags }: CheckedOptions, kind: 'task' | 'each'): void {
  if (headers !== undefined) checkSubmitOptions({ headers })
  if (tags !== undefined) checkSubmitOptions({ tags })
  if (idempotencyKey === undefined || typeof idempotencyKey === 'function') return
  if (kind === 'each') {
    throw new InvalidOptionError('idempotencyKey', 'a function (item, deps)', idempotencyKey)
  }
  checkSubmitOptions({ idempotencyKey })
}

/** @throws {InvalidOptionError} */
export function checkNames(option: string, names: unknown): void {
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string')
  if (!isList) throw new InvalidOptionError(option, 'an array of names', names)
}
