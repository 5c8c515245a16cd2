import { isAsyncSource } from '../checks.js'
import { ArrayMap } from './array-map.js'
import { AsyncMap } from './async-map.js'
import { IterableMap } from './iterable-map.js'
import type { MapInit, MapRun } from './map-run.js'

/** The run that suits the source. */
export function mapRun(init: MapInit, items: Iterable<unknown> | AsyncIterable<unknown>): MapRun {
  if (Array.isArray(items)) return new ArrayMap(init, items)
  if (isAsyncSource(items)) return new AsyncMap(init, items)
  return new IterableMap(init, items)
}
