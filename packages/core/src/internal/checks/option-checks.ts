import { inspect } from 'node:util'
import { InvalidOptionError } from '../../errors/conc-error.js'
import type { CloseOptions, SubmitOptions } from '../../executor.js'
import type { RetryPolicy } from '../../retry-policy.js'
import { didYouMean } from '../did-you-mean.js'

/** Each check throws `InvalidOptionError` with the option's name, what is expected, and the value. */

export function checkPositiveInteger(option: string, value: unknown): asserts value is number {
  if (!Number.isInteger(value) || (value as number) < 1) {
    throw new InvalidOptionError(option, 'a positive integer', value)
  }
}

export function checkLimit(option: string, value: unknown): asserts value is number {
  if (value === Number.POSITIVE_INFINITY) return
  if (!Number.isInteger(value) || (value as number) < 1) {
    throw new InvalidOptionError(option, 'a positive integer or Infinity', value)
  }
}

export function checkCount(option: string, value: unknown): asserts value is number {
  if (value === Number.POSITIVE_INFINITY) return
  if (!Number.isInteger(value) || (value as number) < 0) {
    throw new InvalidOptionError(option, 'an integer of at least 0 or Infinity', value)
  }
}

/** A time span above 0, in milliseconds; Infinity means none. */
export function checkDuration(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value > 0)) {
    throw new InvalidOptionError(option, 'a number of milliseconds above 0', value)
  }
}

/** A pause of 0 or more milliseconds. */
export function checkPause(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new InvalidOptionError(option, 'a number of milliseconds of at least 0', value)
  }
}

export function checkBoolean(option: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return
  throw new InvalidOptionError(option, 'true or false', value)
}

/** A text that says something, where one is given. */
export function checkText(option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  throw new InvalidOptionError(option, 'a non-empty string', value)
}

export function checkFunction(option: string, value: unknown): void {
  if (typeof value === 'function') return
  const isPromise = typeof (value as PromiseLike<unknown> | null)?.then === 'function'
  const expected = isPromise ? 'a function (pass `() => work()`)' : 'a function'
  throw new InvalidOptionError(option, expected, value)
}

export function checkOneOf<const T extends string>(
  option: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if ((allowed as readonly unknown[]).includes(value)) return
  throw new InvalidOptionError(option, allowed.map((one) => `'${one}'`).join(' or '), value)
}

export function checkObject(option: string, value: unknown): asserts value is object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  throw new InvalidOptionError(option, 'an object', value)
}

/** Refuses keys that are not in `known`, so that a misspelt option is not silently ignored. */
export function checkKeys(option: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) throw unknownKey(option, key, known)
}

/** Names the key and shows no value: the others may be secrets, and errors end up in logs. */
function unknownKey(option: string, key: string, known: readonly string[]): InvalidOptionError {
  const meant = didYouMean(key, known)
  const hint = meant === undefined ? '' : ` (did you mean \`${meant}\`?)`
  const received = describedAs(`one with \`${key}\`${hint}`)
  return new InvalidOptionError(option, `an object with only ${known.join(', ')}`, received)
}

/** Stands for a value in an `InvalidOptionError`, where what it is must not be shown, or says little. */
export function describedAs(text: string): object {
  return { [inspect.custom]: () => text }
}

/** Stands for a value that may be most of a secret: says only of which kind it is. */
export function describedByKind(value: unknown): object {
  if (value === null || value === undefined) return describedAs(String(value))
  const kind = Array.isArray(value) ? 'array' : typeof value
  return describedAs(`${/^[ao]/.test(kind) ? 'an' : 'a'} ${kind}`)
}

export function checkSignal(value: unknown): void {
  if (value === undefined || value instanceof AbortSignal) return
  throw new InvalidOptionError('signal', 'an AbortSignal', value)
}

const policyKeys = ['times', 'delayMs', 'factor', 'maxDelayMs', 'jitter', 'when']

export function checkRetry(option: string, value: unknown): asserts value is RetryPolicy {
  if (typeof value === 'number') return checkCount(option, value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidOptionError(option, 'a count or an object with times', value)
  }
  checkKeys(option, value, policyKeys)
  checkPolicy(option, value as Exclude<RetryPolicy, number>)
}

function checkPolicy(option: string, policy: Exclude<RetryPolicy, number>): void {
  const { times, delayMs, maxDelayMs, factor, jitter, when } = policy
  checkCount(`${option}.times`, times)
  if (delayMs !== undefined) checkPause(`${option}.delayMs`, delayMs)
  if (maxDelayMs !== undefined) checkPause(`${option}.maxDelayMs`, maxDelayMs)
  if (factor !== undefined && !(typeof factor === 'number' && factor > 0)) {
    throw new InvalidOptionError(`${option}.factor`, 'a number above 0', factor)
  }
  checkBoolean(`${option}.jitter`, jitter)
  if (when !== undefined) checkFunction(`${option}.when`, when)
}

const submitKeys = [
  'signal',
  'timeoutMs',
  'priority',
  'retry',
  'idempotencyKey',
  'headers',
  'transfer',
  'tags',
  'onProgress',
]
const isSubmitKey: ReadonlySet<string> = new Set(submitKeys)

/**
 * Checks what every submit takes. Costs nothing where no options are given.
 *
 * @param more what this one takes besides.
 */
export function checkSubmitOptions(options: SubmitOptions, more: readonly string[] = []): void {
  checkObject('options', options)
  for (const key in options) {
    if (isSubmitKey.has(key) || more.includes(key) || !Object.hasOwn(options, key)) continue
    throw unknownKey('options', key, [...submitKeys, ...more])
  }
  checkSignal(options.signal)
  if (options.timeoutMs !== undefined) checkDuration('timeoutMs', options.timeoutMs)
  if (options.retry !== undefined) checkRetry('retry', options.retry)
  if (options.priority !== undefined && !Number.isFinite(options.priority)) {
    throw new InvalidOptionError('priority', 'a finite number', options.priority)
  }
  checkText('idempotencyKey', options.idempotencyKey)
  if (options.headers !== undefined) checkHeaders(options.headers)
  if (options.tags !== undefined) checkStrings('tags', options.tags)
  if (options.transfer !== undefined && !Array.isArray(options.transfer)) {
    throw new InvalidOptionError('transfer', 'an array', options.transfer)
  }
  if (options.onProgress !== undefined) checkFunction('onProgress', options.onProgress)
}

export function checkArguments(args: unknown): asserts args is readonly unknown[] {
  if (!Array.isArray(args)) throw new InvalidOptionError('args', 'an array', args)
}

/** @param more what this `close` takes besides. */
export function checkCloseOptions(options: CloseOptions, more: readonly string[] = []): void {
  checkObject('options', options)
  checkKeys('options', options, ['pending', 'timeoutMs', ...more])
  if (options.pending !== undefined) checkOneOf('pending', options.pending, ['run', 'reject'])
  if (options.timeoutMs !== undefined) checkPause('timeoutMs', options.timeoutMs)
}

/** What `ready` takes, and other waits that can only be given up. */
export function checkWaitOptions(options: { readonly signal?: AbortSignal }): void {
  checkObject('options', options)
  checkKeys('options', options, ['signal'])
  checkSignal(options.signal)
}

function checkHeaders(value: unknown): void {
  checkObject('headers', value)
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw new InvalidOptionError(`headers.${key}`, 'a string', text)
  }
}

function checkStrings(option: string, value: unknown): void {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return
  throw new InvalidOptionError(option, 'an array of strings', value)
}
