import { kinds } from '../format/format.js'
import { viewFrom } from '../format/views.js'
import { type ByteSource, Malformed } from './byte-source.js'

/** Hands out what follows the head, in order. */
export class TailSource {
  static readonly none: TailSource = new TailSource()
  readonly #bytes: ByteSource | undefined

  /** @param bytes only the tails. */
  constructor(bytes?: ByteSource) {
    this.#bytes = bytes
  }

  /** Bytes that nothing has asked for. */
  get left(): number {
    return this.#bytes?.left ?? 0
  }

  take(kind: unknown, length: unknown): unknown {
    if (this.#bytes === undefined || !isLength(length) || length > this.#bytes.left) {
      throw new Malformed('ends too early')
    }
    if (kind === kinds.text) return this.#bytes.text(length)
    const value = typeof kind === 'number' ? viewFrom(kind, this.#bytes.bytes(length)) : undefined
    if (value === undefined) throw new Malformed('is binary of an unknown kind')
    return value
  }
}

export function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
