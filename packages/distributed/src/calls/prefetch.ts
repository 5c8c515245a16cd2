import { checkKeys, checkObject, checkPositiveInteger } from '@conc/core/internal'
import type { Credit } from '../protocol/credit.js'

/** The option `prefetch` with its defaults: 16 items and 1 MiB. @throws {InvalidOptionError} */
export function prefetchOf(prefetch: Partial<Credit> = {}): Credit {
  checkObject('prefetch', prefetch)
  checkKeys('prefetch', prefetch, ['items', 'bytes'])
  const { items = 16, bytes = 1024 * 1024 } = prefetch
  checkPositiveInteger('prefetch.items', items)
  checkPositiveInteger('prefetch.bytes', bytes)
  return { items, bytes }
}
