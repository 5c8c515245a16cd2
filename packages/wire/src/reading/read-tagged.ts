import { decodeError, type EncodedError } from '@conc/core'
import { failed, isFailure } from '../format/failures.js'
import { limits, tags } from '../format/format.js'
import { registeredByName } from '../register-value.js'
import { Malformed } from './byte-source.js'
import type { Reader } from './reader.js'
import { isLength, TailSource } from './tail-source.js'

/** What stands behind `0xd4`: a tag, a filler and an ordinary value. */
export function readTagged(reader: Reader, depth: number): unknown {
  const tag = reader.source.byte()
  const filler = reader.source.byte()
  if (tag === tags.date && filler === 0xff) return new Date(Number.NaN)
  if (filler !== 0) throw new Malformed(`has an unknown extension, ${tag}`)
  switch (tag) {
    case tags.undefined:
      return undefined
    case tags.negativeZero:
      return -0
    case tags.map:
      return readMap(reader, depth)
    case tags.set:
      return readSet(reader, depth)
    case tags.utf16:
      return readUtf16(reader)
    case tags.error:
      return readError(reader, depth)
    case tags.registered:
      return readRegistered(reader, depth)
    case tags.frame:
      return readFrame(reader, depth)
    case tags.tail:
      return readTail(reader)
    default:
      throw new Malformed(`has an unknown extension, ${tag}`)
  }
}

function readMap(reader: Reader, depth: number): Map<unknown, unknown> {
  reader.enter(depth)
  const length = reader.listLength()
  if (length % 2 !== 0) throw new Malformed('is a map with a key too many')
  const map = new Map<unknown, unknown>()
  for (let index = 0; index < length; index += 2) {
    reader.trail.step(depth, 'mapKey')
    const key = reader.value(depth + 1)
    reader.trail.step(depth, 'mapValue', key)
    map.set(key, reader.value(depth + 1))
  }
  return map
}

function readSet(reader: Reader, depth: number): Set<unknown> {
  reader.enter(depth)
  const length = reader.listLength()
  const set = new Set<unknown>()
  for (let index = 0; index < length; index++) {
    reader.trail.step(depth, 'member')
    set.add(reader.value(depth + 1))
  }
  return set
}

function readUtf16(reader: Reader): string {
  const bytes = reader.value(limits.depth)
  if (!Buffer.isBuffer(bytes) || bytes.byteLength % 2 !== 0) {
    throw new Malformed('is a text that is no UTF-16')
  }
  return bytes.toString('utf16le')
}

function readError(reader: Reader, depth: number): unknown {
  reader.enter(depth)
  reader.trail.step(depth, 'inside')
  const envelope = reader.value(depth + 1) as EncodedError | null | undefined
  if (envelope?.thrown !== 'error') throw new Malformed('is no error')
  return decodeError(envelope)
}

function readRegistered(reader: Reader, depth: number): unknown {
  reader.enter(depth)
  reader.expectPair()
  reader.trail.step(depth, 'inside')
  const name = reader.value(limits.depth)
  const registered = typeof name === 'string' ? registeredByName(name) : undefined
  if (registered === undefined) {
    throw new Malformed(
      `is of a class that nobody registered here, '${String(name).slice(0, 128)}'`,
    )
  }
  const data = reader.value(depth + 1)
  // What is inside may have moved the trail on.
  reader.trail.step(depth, 'inside')
  try {
    return registered.codec.decode(data)
  } catch (error) {
    if (isFailure(error)) throw error
    throw failed(reader.trail.path(), `cannot be decoded by the codec of '${name}'`, error)
  }
}

function readFrame(reader: Reader, depth: number): unknown {
  if (reader.source.at !== reader.start + 3) throw new Malformed('has a frame inside')
  reader.expectPair()
  const length = reader.value(limits.depth)
  if (!isLength(length) || length > reader.source.left) throw new Malformed('ends too early')
  reader.tails = new TailSource(reader.source.split(length))
  return reader.value(depth)
}

function readTail(reader: Reader): unknown {
  reader.expectPair()
  const kind = reader.value(limits.depth)
  return reader.tails.take(kind, reader.value(limits.depth))
}
