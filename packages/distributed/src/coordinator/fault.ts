import type { Bytes } from '@conc/core/internal'
import { decodeError, encodeError } from '@conc/wire'

/** Something thrown, on either side of a link: bytes where nobody here looks at it, an error where nobody sends it. */
export class Fault {
  #bytes: Bytes | undefined
  #error: { readonly value: unknown } | undefined

  private constructor(bytes: Bytes | undefined, error: { readonly value: unknown } | undefined) {
    this.#bytes = bytes
    this.#error = error
  }

  static of(error: unknown): Fault {
    return new Fault(undefined, { value: error })
  }

  static from(bytes: Bytes): Fault {
    return new Fault(bytes, undefined)
  }

  get bytes(): Bytes {
    this.#bytes ??= encodeError(this.#error?.value).chunks
    return this.#bytes
  }

  get error(): unknown {
    this.#error ??= { value: decodeError(inOne(this.#bytes ?? [])) }
    return this.#error.value
  }
}

/** The chunks as one piece; not copied where there is one only. */
export function inOne(bytes: Bytes): Uint8Array {
  return bytes.length === 1 ? (bytes[0] as Uint8Array) : Buffer.concat(bytes)
}
