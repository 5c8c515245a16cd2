import type { Readable } from 'node:stream'
import { LineReader } from '../wire/line-reader.js'

/** The lines of a stream, its last one without an end too. */
export async function* linesOf(input: Readable): AsyncGenerator<string, void, undefined> {
  const reader = new LineReader(Number.POSITIVE_INFINITY)
  for await (const chunk of input) yield* reader.push(Buffer.from(chunk as Buffer | string))
  const rest = reader.rest()
  if (rest !== undefined) yield rest
}
