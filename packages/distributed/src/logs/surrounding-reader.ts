import {
  type Bytes,
  type Call,
  fuller,
  isShown,
  type Level,
  type LogReader,
  type RecordLevel,
} from '@conc/core/internal'
import { inOne } from '../coordinator/fault.js'
import type { EncodedReader } from './encoded-reader.js'
import { readRecord } from './record-bytes.js'

/** Who wants the records of a call: `own`, whoever is asked by it, and whoever has called the code that makes it. */
export function readerOf(
  { frame }: Call,
  own: EncodedReader | undefined,
): EncodedReader | undefined {
  const around = frame?.logs
  return around?.log === undefined ? own : new SurroundingReader(around, own)
}

class SurroundingReader implements EncodedReader {
  readonly level: Level
  readonly #around: LogReader
  readonly #own: EncodedReader | undefined

  constructor(around: LogReader, own: EncodedReader | undefined) {
    this.level = fuller(around.level, own?.level)
    this.#around = around
    this.#own = own
  }

  log(level: RecordLevel, bytes: Bytes): void {
    if (this.#own && isShown(level, this.#own.level)) this.#own.log(level, bytes)
    const record = isShown(level, this.#around.level) ? readRecord(inOne(bytes)) : undefined
    if (record) this.#around.log?.(record)
  }
}
