import { types } from 'node:util'
import { kinds, viewClasses } from './format.js'

/** What is wrong with an `ArrayBuffer`, typed array or `DataView`, if anything. */
export function binaryTrouble(value: object): string | undefined {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : (value as ArrayBuffer)
  if (types.isSharedArrayBuffer(buffer)) return 'a view on a SharedArrayBuffer'
  return buffer.byteLength === 0 && isDetached(buffer) ? 'a detached ArrayBuffer' : undefined
}

/** What was moved elsewhere looks like an empty one. */
function isDetached(buffer: ArrayBuffer): boolean {
  try {
    return new Uint8Array(buffer).byteLength !== 0
  } catch {
    return true
  }
}

/** The window of a view, or all of a buffer; nothing is copied. */
export function bytesOf(value: object): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value as ArrayBuffer)
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/**
 * What a copy of the bytes is, with a buffer of its own.
 *
 * @returns `undefined` for an unknown kind, or where the bytes do not make up whole items.
 */
export function viewFrom(kind: number, bytes: Uint8Array): object | undefined {
  const copy = copyOf(bytes)
  if (kind === kinds.buffer) return copy
  if (kind === kinds.arrayBuffer) return copy.buffer
  if (kind === kinds.dataView) return new DataView(copy.buffer)
  const type = viewClasses[kind]
  if (type === undefined || copy.byteLength % type.BYTES_PER_ELEMENT !== 0) return undefined
  return new type(copy.buffer)
}

/** A copy with a buffer of its own. */
export function copyOf(bytes: Uint8Array): Buffer<ArrayBuffer> {
  // Of all ways the only one that does not fill it with zeros first.
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength)
  copy.set(bytes)
  return copy
}
