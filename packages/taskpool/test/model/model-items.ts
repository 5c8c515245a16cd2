import type fc from 'fast-check'

/** The numbers below `count`, from a source of this kind. */
export function itemsOf(
  count: number,
  kind: 'array' | 'async' | 'throwing',
  scheduler: fc.Scheduler,
): Iterable<number> | AsyncIterable<number> {
  if (kind === 'array') return Array.from({ length: count }, (_, index) => index)
  return kind === 'async' ? late(count, scheduler) : throwing(count)
}

async function* late(count: number, scheduler: fc.Scheduler): AsyncGenerator<number, void> {
  for (let index = 0; index < count; index++) {
    await scheduler.schedule(Promise.resolve(), 'item')
    yield index
  }
}

function* throwing(count: number): Generator<number, void> {
  for (let index = 0; index < count; index++) yield index
  throw new Error('the source failed')
}
