import { InvalidOptionError } from '@conc/core'
import {
  checkBoolean,
  checkCount,
  checkExecutor,
  checkKeys,
  checkLimit,
  checkObject,
  checkOneOf,
  checkSubmitOptions,
  checkText,
} from '@conc/core/internal'
import { NotAFunctionError } from '../errors.js'
import type {
  Callbacks,
  FlushOptions,
  GatherOptions,
  GroupOptions,
  MapOptions,
  TaskPoolOptions,
} from './options.js'

const poolOptions = ['poolSize', 'name', 'executor', 'queueLimit', 'onDispose', 'retain', 'log']

/** @param more options of a subclass. */
export function checkPoolOptions(options: TaskPoolOptions, more: readonly string[] = []): void {
  checkObject('options', options)
  checkKeys('options', options, [...poolOptions, ...more])
  const { poolSize, name, executor, queueLimit, onDispose, retain, log } = options
  if (poolSize !== undefined) checkCount('poolSize', poolSize)
  checkText('name', name)
  if (executor !== undefined) checkExecutor('executor', executor)
  if (queueLimit !== undefined) checkCount('queueLimit', queueLimit)
  if (onDispose !== undefined) checkOneOf('onDispose', onDispose, ['gather', 'cancel'])
  if (retain !== undefined) checkOneOf('retain', retain, ['all', 'errors', 'none'])
  if (log !== undefined) checkFunction('log', log)
}

export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new NotAFunctionError(option, value)
}

export function checkCallbacks({ onEnd, onCancel }: Callbacks): void {
  if (onEnd !== undefined) checkFunction('onEnd', onEnd)
  if (onCancel !== undefined) checkFunction('onCancel', onCancel)
}

const groupKeys = ['onEnd', 'onCancel', 'groupName']

/** @param more what the method takes besides. */
export function checkGroupOptions(options: GroupOptions, more: readonly string[]): void {
  checkSubmitOptions(options, [...groupKeys, ...more])
  checkCallbacks(options)
  checkText('groupName', options.groupName)
}

/** What `flush` and `gatherAndClose` take: a flag misread would hide failures. */
export function checkWaiting(
  options: FlushOptions | GatherOptions,
  known: readonly (keyof FlushOptions | keyof GatherOptions)[],
): void {
  checkObject('options', options)
  checkKeys('options', options, known)
  checkBoolean('throwOnError', options.throwOnError)
}

export function checkMapOptions(options: MapOptions): void {
  checkGroupOptions(options, ['numConcurrent'])
  if (options.numConcurrent !== undefined) checkLimit('numConcurrent', options.numConcurrent)
}

export function checkArgs(args: unknown, kwargs: unknown): void {
  if (args !== undefined && !Array.isArray(args)) {
    throw new InvalidOptionError('args', 'an array', args)
  }
  if (kwargs !== undefined && !isRecord(kwargs)) {
    throw new InvalidOptionError('kwargs', 'an object', kwargs)
  }
}

/** @throws {InvalidOptionError} `items` is nothing to iterate. */
export function checkSource(items: unknown): void {
  const source = items as Partial<Iterable<unknown> & AsyncIterable<unknown>> | null | undefined
  if (typeof source?.[Symbol.asyncIterator] === 'function') return
  if (typeof source?.[Symbol.iterator] === 'function') return
  throw new InvalidOptionError('items', 'an iterable or async iterable', items)
}

/** A plain object: made by a literal, or without a prototype. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // An object of another realm has another Object.prototype, whose own prototype is null too.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
