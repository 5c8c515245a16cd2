import { InvalidOptionError } from '@conc/core'

/**
 * The entries of a map or of an object's own keys, as typed pairs: something to map over.
 *
 * @example
 * undict({ a: 1, b: 2 })               // [['a', 1], ['b', 2]]
 */
export function undict<K, V>(record: ReadonlyMap<K, V>): [K, V][]
export function undict<T extends object>(
  record: T,
): { [K in keyof T & string]: [K, T[K]] }[keyof T & string][]
export function undict(record: object): [unknown, unknown][] {
  if (record instanceof Map) return [...record]
  if (typeof record === 'object' && record !== null) return Object.entries(record)
  throw new InvalidOptionError('record', 'an object or a Map', record)
}

/**
 * The object of these pairs. Of duplicates the last one wins; `__proto__` is a key like others.
 *
 * @example
 * redict([['a', 1], ['b', 2]])         // { a: 1, b: 2 }
 */
export function redict<K extends PropertyKey, V>(pairs: Iterable<readonly [K, V]>): Record<K, V> {
  if (typeof pairs !== 'object' || typeof pairs?.[Symbol.iterator] !== 'function') {
    throw new InvalidOptionError('pairs', 'an iterable of pairs', pairs)
  }
  return Object.fromEntries(pairs) as Record<K, V>
}
