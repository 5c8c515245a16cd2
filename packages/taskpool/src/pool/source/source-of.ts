import { ArraySource } from './array-source.js'
import { AsyncSource } from './async-source.js'
import type { ItemSource } from './item-source.js'
import { SyncSource } from './sync-source.js'

/** Reads `items` the way they are made for. @param arrived called when an async source has something to `take`. */
export function sourceOf(
  items: Iterable<unknown> | AsyncIterable<unknown>,
  arrived: () => void,
): ItemSource {
  if (isAsync(items)) return new AsyncSource(items, arrived)
  return isPlainArray(items) ? new ArraySource(items) : new SyncSource(items)
}

function isAsync(items: object | string): items is AsyncIterable<unknown> {
  return Symbol.asyncIterator in Object(items)
}

/** Iterating it shows nothing but its items: nobody has given it an iterator of another kind. */
function isPlainArray(items: Iterable<unknown>): items is readonly unknown[] {
  return Array.isArray(items) && items[Symbol.iterator] === Array.prototype.values
}
