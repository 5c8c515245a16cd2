import { decode, encode } from '@conc/wire'
import { noBytes } from './frame.js'
import { metaBytes } from './limits.js'

/** The map of a frame. What a peer sent: check each entry's type before use. */
export type Meta = Readonly<Record<string, unknown>>

const noMeta: Meta = Object.freeze({})
const cachedBytes = 160
const cachedCount = 512

/** Most metas are few: a task's name and nothing else, the same error again. Those are decoded once. */
const decoded = new Map<string, Meta>()
/** Frames that follow each other share their meta where they say the same. */
let [lastBytes, lastMeta]: [Uint8Array, Meta] = [noBytes, noMeta]

/** Entries that are `undefined` are left out; a map without entries is no bytes at all. */
export function encodeMeta(meta: Meta): Uint8Array {
  const entries = Object.entries(meta).filter(([, value]) => value !== undefined)
  if (entries.length === 0) return noBytes
  const { chunks } = encode(Object.fromEntries(entries), { root: 'meta', maxBytes: metaBytes })
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)
}

/** `undefined` where the bytes are no map. The same object may be returned again: it is frozen. */
export function decodeMeta(bytes: Uint8Array): Meta | undefined {
  if (bytes.length === 0) return noMeta
  if (bytes === lastBytes) return lastMeta
  if (bytes.length > cachedBytes) return decodeMap(bytes)
  const key = asBuffer(bytes).toString('latin1')
  const found = decoded.get(key)
  if (found) return remembered(bytes, found)
  const meta = decodeMap(bytes)
  if (meta === undefined) return undefined
  if (decoded.size >= cachedCount) decoded.clear()
  decoded.set(key, meta)
  return remembered(bytes, meta)
}

function remembered(bytes: Uint8Array, meta: Meta): Meta {
  lastBytes = bytes
  lastMeta = meta
  return meta
}

function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function decodeMap(bytes: Uint8Array): Meta | undefined {
  try {
    const value = decode(bytes, { root: 'meta' })
    const isMap = typeof value === 'object' && value !== null && isPlain(value)
    return isMap ? Object.freeze(value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}
