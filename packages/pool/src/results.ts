import type { Settled } from '@conc/core'
import type { TaskHandle } from './task-handle.js'

/**
 * How results are given. `'flat'`: values and errors in one array; a thrown value that is no `Error` comes as the
 * `cause` of one. `'pair'`: `[value, undefined]` or `[undefined, error]`. `'settled'`: `{ status, value | reason }`.
 * `'handle'`: the handles. `'values'`: values only; the first failure cancels the rest of the call, waits for its end,
 * and is thrown.
 */
export type Results = 'flat' | 'pair' | 'settled' | 'values' | 'handle'

/** What one result is in mode `M`. */
export type ResultOf<M extends Results, R> = {
  flat: R | Error
  pair: [value: R, error: undefined] | [value: undefined, error: Error]
  settled: Settled<R>
  values: R
  handle: TaskHandle<R>
}[M]

/** Reads the outcome of a handle that is done. */
export type Reader = (handle: TaskHandle<unknown>) => unknown

/**
 * Readers for handles that are done, one per mode; each throws `TaskNotSettledError` before.
 *
 * @example
 * const handles = pool.mapN(worker, [1, 2, 3])
 * await pool.join()
 * handles.map(getResult.flat)
 */
export const getResult: {
  /** The value, or the error. */
  readonly flat: <T>(handle: TaskHandle<T>) => ResultOf<'flat', T>
  /** `[value, undefined]` or `[undefined, error]`. */
  readonly pair: <T>(handle: TaskHandle<T>) => ResultOf<'pair', T>
  /** `{ status, value }` or `{ status, reason }`. */
  readonly settled: <T>(handle: TaskHandle<T>) => Settled<T>
  /** The value; throws the error. */
  readonly value: <T>(handle: TaskHandle<T>) => T
  /** The handle itself. */
  readonly handle: <T>(handle: TaskHandle<T>) => TaskHandle<T>
} = Object.freeze({
  flat<T>(handle: TaskHandle<T>): ResultOf<'flat', T> {
    return isFulfilled(handle) ? handle.result() : asError(handle.error())
  },
  pair<T>(handle: TaskHandle<T>): ResultOf<'pair', T> {
    return isFulfilled(handle) ? [handle.result(), undefined] : [undefined, asError(handle.error())]
  },
  settled<T>(handle: TaskHandle<T>): Settled<T> {
    const { status } = handle
    if (status === 'rejected' || status === 'cancelled') return { status, reason: handle.error() }
    return { status: 'fulfilled', value: handle.result() }
  },
  value<T>(handle: TaskHandle<T>): T {
    return handle.result()
  },
  handle<T>(handle: TaskHandle<T>): TaskHandle<T> {
    handle.error()
    return handle
  },
})

const readers: Record<Results, Reader> = {
  flat: getResult.flat,
  pair: getResult.pair,
  settled: getResult.settled,
  values: getResult.value,
  handle: getResult.handle,
}

/** The reader of a mode; a function is its own. */
export function readerOf(results: Results | Reader = 'flat'): Reader {
  return typeof results === 'function' ? results : readers[results]
}

/** Makes what a mode gives of a value. */
export type ValueReader = (value: unknown) => unknown

const itself: ValueReader = (value) => value

const valueReaders: Partial<Record<Results, ValueReader>> = {
  flat: itself,
  values: itself,
  pair: (value) => [value, undefined],
  settled: (value) => ({ status: 'fulfilled', value }),
}

/** The reader of fulfilled values, for modes that need no handle. */
export function valueReaderOf(results: Results | Reader = 'flat'): ValueReader | undefined {
  return typeof results === 'function' ? undefined : valueReaders[results]
}

/** What was thrown, as an `Error`. */
export function asError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return new Error(`A task threw ${typeof thrown}: ${describeThrown(thrown)}`, { cause: thrown })
}

function isFulfilled(handle: TaskHandle<unknown>): boolean {
  return handle.error() === undefined && handle.status === 'fulfilled'
}

function describeThrown(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'an object without a text'
  }
}
