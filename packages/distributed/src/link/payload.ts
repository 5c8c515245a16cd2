import { PayloadTooLargeError, SerializationError, type Started } from '@conc/core'
import type { Bytes } from '@conc/core/internal'
import { encode } from '@conc/wire'

/** Whose value it is; what errors say of it. */
export interface PayloadOwner {
  readonly task: string
  readonly executor: string
  readonly started: Started
}

/**
 * A value as bytes that nobody else can change: it may wait for its turn while its owner goes on.
 *
 * @param root what paths in errors begin with.
 * @throws {SerializationError} something in it cannot travel.
 * @throws {PayloadTooLargeError} it takes more than `maxBytes`.
 */
export function encodePayload(
  value: unknown,
  root: string,
  maxBytes: number,
  owner: PayloadOwner,
): Bytes {
  try {
    const { chunks } = encode(value, { root, maxBytes })
    if (chunks.length === 1) return chunks
    return chunks.map((chunk, index) =>
      index === 0 ? chunk : Uint8Array.prototype.slice.call(chunk),
    )
  } catch (error) {
    throw owned(error, owner)
  }
}

/** The same failure, with whose it is. */
export function owned(error: unknown, owner: PayloadOwner): unknown {
  if (error instanceof PayloadTooLargeError) {
    const { size, limit, path } = error
    return new PayloadTooLargeError(error.message, { size, limit, path, ...owner })
  }
  if (!(error instanceof SerializationError)) return error
  const { path, cause } = error
  const init = { path, ...owner, ...(cause !== undefined && { cause }) }
  return new SerializationError(error.message, init)
}
