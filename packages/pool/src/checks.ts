import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkCount,
  checkExecutor,
  checkFunction,
  checkKeys,
  checkLimit,
  checkObject,
  checkOneOf,
  checkPause,
  checkPositiveInteger,
  checkSignal,
  checkSubmitOptions,
  checkText,
  definitionOf,
} from '@conc/core/internal'
import type { AnyIterOptions, AnyOptions, IterMapOptions, PoolOptions } from './options.js'
import type { Reader, Results } from './results.js'

const poolOptions = [
  'size',
  'name',
  'executor',
  'queueLimit',
  'signal',
  'onDispose',
  'cancelPolicy',
  'detectDeadlock',
  'onError',
] as const

export function checkPoolOptions(options: PoolOptions): void {
  checkObject('options', options)
  checkKeys('options', options, poolOptions)
  const { size, executor, queueLimit, signal, onDispose, cancelPolicy, onError } = options
  if (size !== undefined) checkLimit('size', size)
  if (executor !== undefined) checkExecutor('executor', executor)
  if (queueLimit !== undefined) checkCount('queueLimit', queueLimit)
  checkSignal(signal)
  if (onDispose !== undefined) checkOneOf('onDispose', onDispose, ['join', 'cancel'])
  if (cancelPolicy !== undefined) checkOneOf('cancelPolicy', cancelPolicy, ['hold', 'immediate'])
  if (onError !== undefined) checkFunction('onError', onError)
  checkBoolean('detectDeadlock', options.detectDeadlock)
}

const callKeys = ['cb', 'ctx', 'name', 'args']
const iterKeys = ['flat', 'results', 'yieldWhen', 'roundMs']

/** What calls take besides that give results of several tasks. */
export const mapKeys: readonly string[] = [...callKeys, 'results']
export const iterMapKeys: readonly string[] = [
  ...callKeys,
  ...iterKeys,
  'ordered',
  'lazy',
  'buffer',
  'onBreak',
]

/**
 * What every call that takes a function checks.
 *
 * @param takesArgs whether `args` belongs to a declared task here.
 * @param keys options besides those of a submit.
 */
export function checkCall(
  fn: unknown,
  options: AnyOptions | undefined,
  takesArgs: boolean,
  keys: readonly string[] = callKeys,
): void {
  checkFunction('fn', fn)
  if (options === undefined) return
  checkSubmitOptions(options, keys)
  if (options.cb !== undefined) checkFunction('cb', options.cb)
  checkText('name', options.name)
  if (options.args !== undefined) checkArgs(fn, options.args, takesArgs)
}

/** What each item is given to. @returns whether the source is an async one. */
export function checkSource(items: unknown): boolean {
  if (isAsyncSource(items)) return true
  if (typeof (items as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === 'function') {
    return false
  }
  throw new InvalidOptionError('items', 'an iterable or async iterable', items)
}

export function isAsyncSource(items: unknown): items is AsyncIterable<unknown> {
  const source = items as Partial<AsyncIterable<unknown>> | null | undefined
  return typeof source?.[Symbol.asyncIterator] === 'function'
}

/** @throws {InvalidOptionError} for an async source too. */
export function checkSyncSource(items: unknown): void {
  if (!checkSource(items)) return
  throw new InvalidOptionError('items', 'an iterable (for an async one use `map`)', items)
}

export function checkResults(results: Results | Reader | undefined): void {
  if (results === undefined || typeof results === 'function') return
  checkOneOf('results', results, ['flat', 'pair', 'settled', 'values', 'handle'])
}

export function checkIterOptions(options: AnyIterOptions): void {
  checkObject('options', options)
  checkKeys('options', options, iterKeys)
  checkIterRules(options)
}

/** The same values, among others. */
export function checkIterRules(options: AnyIterOptions): void {
  const { flat, results, yieldWhen, roundMs } = options
  checkBoolean('flat', flat)
  checkResults(results)
  if (yieldWhen !== undefined) checkOneOf('yieldWhen', yieldWhen, ['all', 'first', 'firstError'])
  if (roundMs !== undefined) checkPause('roundMs', roundMs)
}

/** @param isLazy whether the source is pulled while it goes; there is only the round `'first'` then. */
export function checkIterMapOptions(
  options: IterMapOptions & AnyIterOptions,
  isLazy: boolean,
): void {
  const { ordered, lazy, buffer, onBreak, yieldWhen } = options
  checkBoolean('ordered', ordered)
  checkBoolean('lazy', lazy)
  if (buffer !== undefined && buffer !== Number.POSITIVE_INFINITY) {
    checkPositiveInteger('buffer', buffer)
  }
  if (onBreak !== undefined) checkOneOf('onBreak', onBreak, ['leave', 'cancel'])
  if (isLazy && yieldWhen !== undefined && yieldWhen !== 'first') {
    throw new InvalidOptionError('yieldWhen', "'first' where the source is lazy", yieldWhen)
  }
}

/** A wait of 0 or more milliseconds, or Infinity. */
export function checkWait(option: string, value: unknown): void {
  if (value !== undefined) checkPause(option, value)
}

function checkArgs(fn: unknown, args: unknown, takesArgs: boolean): void {
  if (!takesArgs) {
    throw new InvalidOptionError('args', 'absent: each item is the one argument', args)
  }
  if (!Array.isArray(args)) throw new InvalidOptionError('args', 'an array', args)
  if (definitionOf(fn) !== undefined) return
  throw new InvalidOptionError('args', 'given with a declared task only (use a closure)', args)
}
