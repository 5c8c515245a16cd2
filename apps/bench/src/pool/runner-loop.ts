/** The floor of `map`: what one writes by hand, `limit` runners over a shared index. */
export async function mapByIndex<I, O>(
  items: readonly I[],
  limit: number,
  work: (item: I) => Promise<O>,
): Promise<O[]> {
  const results = new Array<O>(items.length)
  let next = 0
  const runner = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index] as I)
    }
  }
  await Promise.all(Array.from({ length: limit }, runner))
  return results
}

/** Nothing but the runs: for work whose results go elsewhere. */
export async function eachByIndex<I>(
  items: readonly I[],
  limit: number,
  work: (item: I) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const runner = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as I)
  }
  await Promise.all(Array.from({ length: limit }, runner))
}

/** `mapByIndex` over an iterator, results in the order of the items. */
export async function mapByIterator<I, O>(
  items: Iterable<I>,
  limit: number,
  work: (item: I) => Promise<O>,
): Promise<O[]> {
  const iterator = items[Symbol.iterator]()
  const results: O[] = []
  let next = 0
  const runner = async (): Promise<void> => {
    for (let step = iterator.next(); !step.done; step = iterator.next()) {
      const index = next++
      results[index] = await work(step.value)
    }
  }
  await Promise.all(Array.from({ length: limit }, runner))
  return results
}

/** The same over an async generator, which lines up the calls of `next` by itself. */
export async function mapByAsyncIterator<I, O>(
  items: AsyncIterable<I>,
  limit: number,
  work: (item: I) => Promise<O>,
): Promise<O[]> {
  const iterator = items[Symbol.asyncIterator]()
  const results: O[] = []
  let next = 0
  const runner = async (): Promise<void> => {
    for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
      const index = next++
      results[index] = await work(step.value)
    }
  }
  await Promise.all(Array.from({ length: limit }, runner))
  return results
}
