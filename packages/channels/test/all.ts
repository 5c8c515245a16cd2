/** What a channel gives until it ends. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = []
  for await (const item of source) seen.push(item)
  return seen
}
