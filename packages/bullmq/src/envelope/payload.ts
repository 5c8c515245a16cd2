import {
  ExecutorError,
  type ExecutorErrorInit,
  PayloadTooLargeError,
  SerializationError,
} from '@conc/core'
import { decode, encode, toJson } from '@conc/wire'
import type { BlobStore } from '../engine/blob-store.js'

/** A value as a part of a job: as it is where JSON loses nothing of it, else wire's bytes as base64, or in a blob. */
export interface Payload {
  readonly j?: unknown
  readonly p?: string
  /** Id of the blob. */
  readonly r?: string
}

export interface PayloadLimits {
  readonly inlineBytes: number
  readonly maxPayloadBytes: number
}

/** Whose value it is, for errors. */
export type PayloadOwner = Pick<ExecutorErrorInit, 'task' | 'executor' | 'started'>

/** A value that fits into a job, or bytes that do not. */
export type Packed =
  | { readonly isInline: true; readonly payload: Payload }
  | { readonly isInline: false; readonly bytes: Uint8Array }

/**
 * @param root what paths in errors begin with.
 * @throws {SerializationError} something in it cannot travel.
 * @throws {PayloadTooLargeError} it is larger than `maxPayloadBytes`.
 */
export function pack(
  value: unknown,
  root: string,
  limits: PayloadLimits,
  owner: PayloadOwner,
): Packed {
  const json = value === undefined ? undefined : toJson(value)
  // A copy: the caller may go on with its own while the job is on its way.
  if (
    json !== undefined &&
    json.length <= limits.inlineBytes &&
    json.length <= limits.maxPayloadBytes
  ) {
    return { isInline: true, payload: { j: JSON.parse(json) } }
  }
  const bytes = bytesOf(value, root, limits.maxPayloadBytes, owner)
  const length = Math.ceil(bytes.byteLength / 3) * 4
  if (length > limits.inlineBytes) return { isInline: false, bytes }
  return { isInline: true, payload: { p: bytes.toString('base64') } }
}

/**
 * @returns the value; rejects with a `SerializationError` where it is none, or its blob is gone.
 */
export async function unpack(payload: Payload, root: string, blobs: BlobStore): Promise<unknown> {
  if (payload.r === undefined) return unpackInline(payload, root)
  const bytes = await blobs.get(payload.r)
  if (bytes !== undefined) return decode(bytes, { root })
  throw new SerializationError(`${root} is not in the blob store any more.`, { path: root })
}

/** For values that are not in a blob. */
export function unpackInline({ j, p }: Payload, root: string): unknown {
  if (p === undefined) return j
  return decode(Buffer.from(String(p), 'base64'), { root })
}

function bytesOf(value: unknown, root: string, maxBytes: number, owner: PayloadOwner): Buffer {
  try {
    return Buffer.concat(encode(value, { root, maxBytes }).chunks)
  } catch (error) {
    throw named(error, owner)
  }
}

/** The same failure with the names of the call. */
function named(error: unknown, owner: PayloadOwner): unknown {
  const { message, cause } = error as Error
  if (error instanceof PayloadTooLargeError) {
    const { size, limit, path } = error
    return new PayloadTooLargeError(message, { ...owner, size, limit, path })
  }
  if (error instanceof SerializationError) {
    return new SerializationError(message, { ...owner, path: error.path, cause })
  }
  return error instanceof ExecutorError
    ? error
    : new ExecutorError(message, { ...owner, cause: error })
}
