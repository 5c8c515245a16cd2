import { checkIterMapOptions, checkIterRules, checkSource } from '../checks.js'
import { mapNow } from '../map/map-now.js'
import type { AnyIterOptions, AnyOptions, IterMapOptions } from '../options.js'
import type { Batch } from '../tasks/batch.js'
import { type IterationOptions, iterateAll, iterateLazily } from './iterate.js'
import { LazyFeed } from './lazy-feed.js'
import { roundOptions } from './rounds.js'
import type { Watch } from './watch.js'

type Options = AnyOptions & AnyIterOptions & IterMapOptions
type Source = Iterable<unknown> | AsyncIterable<unknown>

/** `pool.iterMap(…)`. @param refuse asked when it begins. */
export function iterMap(
  batch: Batch,
  items: Source,
  options: Options,
  refuse: () => Error | undefined,
): AsyncGenerator<unknown, void, undefined> {
  const isLazy = checkSource(items) || options.lazy === true
  checkIterRules(options)
  checkIterMapOptions(options, isLazy)
  const state = batch.board
  const scope = state.scope()
  const begin = <T>(make: () => T): T => {
    const refusal = refuse()
    if (refusal) throw refusal
    return scope.runInAsyncScope(make)
  }
  const plan = iterationOptions(options)
  if (!isLazy) {
    return iterateAll(() => begin(() => mapNow(batch, items as Iterable<unknown>, true)), plan)
  }
  const { buffer = state.line.size } = options
  const feed = (watch: Watch): LazyFeed => new LazyFeed(batch, items, { scope, watch, buffer })
  return iterateLazily((watch) => begin(() => feed(watch)), plan)
}

function iterationOptions(options: Options): IterationOptions {
  const { ordered = false, onBreak = 'leave' } = options
  return { ...roundOptions(options), ordered, onBreak }
}
