import { deserialize, serialize } from 'node:v8'
import { decodeError, type EncodedError, encodeError, SerializationError } from '@conc/core'
import { findEmptied, findUncloneable, type Uncloneable } from '@conc/core/internal'

/** A value on its way between threads, processes and files: its structured clone as bytes, or why there is none. */
export type Packed = { readonly bytes: Uint8Array } | { readonly failure: EncodedError }

/** Whose value it is, for the error. */
export interface ValueOwner {
  readonly weave: string
  readonly task?: string
  readonly started: boolean
}

/** @param path what the value is called: `inputs`. @throws {SerializationError} with the path to what cannot travel. */
export function bytesOf(value: unknown, path: string, owner: ValueOwner): Uint8Array {
  const emptied = findEmptied(value, path)
  if (emptied) throw unfit(emptied, 'would arrive empty', owner)
  try {
    return serialize(value)
  } catch (cause) {
    throw unfit(
      findUncloneable(value, path) ?? innermost(value, path),
      'cannot travel',
      owner,
      cause,
    )
  }
}

/** Never throws. */
export function packed(value: unknown, path: string, owner: ValueOwner): Packed {
  try {
    return { bytes: bytesOf(value, path, owner) }
  } catch (error) {
    return { failure: encodeError(error) }
  }
}

/** Makes `target[key]` the value; reading one that could not travel throws its `SerializationError`. */
export function defineUnpacked(target: object, key: string, value: Packed): void {
  const found = unpacked(value)
  const descriptor = 'value' in found ? { value: found.value } : { get: throwing(found.failure) }
  Object.defineProperty(target, key, { enumerable: true, configurable: true, ...descriptor })
}

function unpacked(value: Packed): { readonly value: unknown } | { readonly failure: unknown } {
  if ('failure' in value) return { failure: decodeError(value.failure) }
  try {
    return { value: deserialize(value.bytes) }
  } catch (cause) {
    const message = 'A value of a background run cannot be read by this version of Node.'
    return { failure: new SerializationError(message, { path: '', started: true, cause }) }
  }
}

function throwing(failure: unknown): () => never {
  return () => {
    throw failure
  }
}

/** For what `structuredClone` takes and bytes cannot hold: shared memory, blobs. */
function innermost(value: unknown, path: string): Uncloneable {
  for (const [key, child] of Object.entries(value ?? {})) {
    try {
      serialize(child)
    } catch {
      return innermost(child, `${path}.${key}`)
    }
  }
  return { path, what: Object.prototype.toString.call(value).slice(8, -1) }
}

function unfit(
  { path, what }: Uncloneable,
  trouble: string,
  { weave, task, started }: ValueOwner,
  cause?: unknown,
): SerializationError {
  return new SerializationError(`${path} is ${what}, which ${trouble} (weave '${weave}').`, {
    path,
    task,
    started,
    ...(cause !== undefined && { cause }),
  })
}
