import { InvalidOptionError } from '@conc/core'
import { checkPositiveInteger } from '@conc/core/internal'
import type { ItemOf } from '../builder/rows.js'

/**
 * Removes one level of lists.
 *
 * @example
 * flatten([[1], new Set([2, 3])])      // [1, 2, 3]
 */
export function flatten<L extends Iterable<unknown> & object>(lists: Iterable<L>): ItemOf<L>[] {
  const all: ItemOf<L>[] = []
  for (const list of checked('lists', lists)) {
    for (const item of list as Iterable<ItemOf<L>>) all.push(item)
  }
  return all
}

/**
 * Chunks of `size` items; the last one may be shorter.
 *
 * @throws {InvalidOptionError} `size` is no positive integer.
 * @example
 * fold([1, 2, 3, 4, 5], 2)             // [[1, 2], [3, 4], [5]]
 */
export function fold<T>(items: Iterable<T>, size: number): T[][] {
  checkPositiveInteger('size', size)
  const chunks: T[][] = []
  let chunk: T[] = []
  for (const item of checked('items', items)) {
    if (chunk.push(item) === 1) chunks.push(chunk)
    if (chunk.length === size) chunk = []
  }
  return chunks
}

/**
 * At most `count` chunks of equal size; the last one may be shorter.
 *
 * @throws {InvalidOptionError} `count` is no positive integer.
 * @example
 * batch([1, 2, 3, 4, 5], 3)            // [[1, 2], [3, 4], [5]]
 */
export function batch<T>(items: Iterable<T>, count: number): T[][] {
  checkPositiveInteger('count', count)
  const all = [...checked('items', items)]
  return all.length === 0 ? [] : fold(all, Math.ceil(all.length / count))
}

/**
 * Without `null` and `undefined`; keeps `0`, `''` and `false`.
 *
 * @example
 * denone([0, null, '', undefined])     // [0, '']
 */
export function denone<T>(items: Iterable<T>): NonNullable<T>[] {
  const there: NonNullable<T>[] = []
  for (const item of checked('items', items)) {
    if (item !== null && item !== undefined) there.push(item)
  }
  return there
}

function checked<T extends Iterable<unknown>>(option: string, value: T): T {
  if (typeof value === 'string' || typeof value?.[Symbol.iterator] === 'function') return value
  throw new InvalidOptionError(option, 'an iterable', value)
}
