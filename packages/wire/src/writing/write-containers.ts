import { encodeError } from '@conc/core'
import { className, nounOf } from '@conc/core/internal'
import { failed, isFailure, unfit } from '../format/failures.js'
import { tags } from '../format/format.js'
import type { ContainerKind } from '../format/value-kind.js'
import { type RegisteredValue, registeredByPrototype } from '../register-value.js'
import type { Writer } from './writer.js'

const { hasOwnProperty: isOwn } = Object.prototype

/** What has values inside, and is to be what its kind says; without one, an instance of a class that is registered. */
export function writeContainer(
  writer: Writer,
  value: object,
  kind: ContainerKind | undefined,
  depth: number,
): void {
  switch (kind) {
    case 'object':
      writeObject(writer, value as Record<string, unknown>, depth)
      break
    case 'array':
      writeArray(writer, value as readonly unknown[], depth)
      break
    case 'map':
      writeMap(writer, value as ReadonlyMap<unknown, unknown>, depth)
      break
    case 'set':
      writeSet(writer, value as ReadonlySet<unknown>, depth)
      break
    default:
      writeInstance(writer, value, kind, depth)
  }
}

function writeArray(writer: Writer, items: readonly unknown[], depth: number): void {
  const { length } = items
  writer.list(length)
  writer.checkSize(depth, length)
  const { trail } = writer
  for (let index = 0; index < length; index++) {
    trail.step(depth, 'item', index)
    writer.value(items[index], depth + 1)
  }
}

function writeObject(
  writer: Writer,
  object: Readonly<Record<string, unknown>>,
  depth: number,
): void {
  const size = sizeOf(object)
  writer.mapping(size)
  writer.checkSize(depth, 2 * size)
  const { trail } = writer
  let written = 0
  // For an object whose shape is known this finds keys and values several times faster than `Object.keys`.
  for (const key in object) {
    if (!isOwn.call(object, key)) continue
    written++
    trail.step(depth, 'property', key)
    if (key === '__proto__') throw unfit(trail.path(), 'an own property of that name')
    const item = object[key]
    writer.text(key)
    writer.value(item, depth + 1)
  }
  if (written !== size) throw changed(writer, depth)
}

function sizeOf(object: object): number {
  let size = 0
  for (const key in object) {
    if (isOwn.call(object, key)) size++
  }
  return size
}

function writeMap(writer: Writer, map: ReadonlyMap<unknown, unknown>, depth: number): void {
  const { size } = map
  writer.tag(tags.map)
  writer.list(2 * size)
  writer.checkSize(depth, 2 * size)
  let written = 0
  for (const [key, value] of map) {
    written++
    writer.trail.step(depth, 'mapKey')
    writer.value(key, depth + 1)
    writer.trail.step(depth, 'mapValue', key)
    writer.value(value, depth + 1)
  }
  if (written !== size) throw changed(writer, depth)
}

function writeSet(writer: Writer, set: ReadonlySet<unknown>, depth: number): void {
  const { size } = set
  writer.tag(tags.set)
  writer.list(size)
  writer.checkSize(depth, size)
  let written = 0
  for (const member of set) {
    written++
    writer.trail.step(depth, 'member')
    writer.value(member, depth + 1)
  }
  if (written !== size) throw changed(writer, depth)
}

/** By a getter or a proxy, after its size was written. */
function changed(writer: Writer, depth: number): Error {
  return failed(writer.trail.path(depth), 'changed while it was written')
}

function writeInstance(
  writer: Writer,
  value: object,
  kind: 'error' | undefined,
  depth: number,
): void {
  const prototype = Object.getPrototypeOf(value) as object | null
  const registered = prototype === null ? undefined : registeredByPrototype(prototype)
  if (registered) writeRegistered(writer, registered, value, depth)
  else if (kind === 'error') writeError(writer, value, depth)
  else throw unfit(writer.trail.path(), nounOf(className(value)))
}

function writeError(writer: Writer, error: object, depth: number): void {
  writer.trail.step(depth, 'inside')
  writer.tag(tags.error)
  writer.value(encodeError(error), depth + 1)
}

function writeRegistered(
  writer: Writer,
  registered: RegisteredValue,
  value: object,
  depth: number,
): void {
  writer.trail.step(depth, 'inside')
  writer.tag(tags.registered)
  writer.list(2)
  writer.text(registered.name)
  writer.value(encoded(writer, registered, value), depth + 1)
}

function encoded(writer: Writer, { name, codec }: RegisteredValue, value: object): unknown {
  try {
    return codec.encode(value)
  } catch (error) {
    if (isFailure(error)) throw error
    throw failed(writer.trail.path(), `cannot be encoded by the codec of '${name}'`, error)
  }
}
