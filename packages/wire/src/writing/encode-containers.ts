import { encodeError } from '@conc/core'
import { failed, isFailure, unfit } from '../format/failures.js'
import { tags } from '../format/format.js'
import type { RegisteredValue } from '../register-value.js'
import type { EncodeWalk } from './encode-walk.js'
import { Tagged } from './packer.js'
import { listHeaderBytes } from './sizes.js'

export function walkArray(walk: EncodeWalk, items: readonly unknown[], depth: number): unknown {
  const { length } = items
  walk.add(items, listHeaderBytes(length))
  walk.checkSize(depth, length)
  let copy: unknown[] | undefined
  for (let index = 0; index < length; index++) {
    walk.trail.step(depth, 'item', index)
    const item = items[index]
    const sent = walk.visit(item, depth + 1)
    if (!copy && Object.is(sent, item)) continue
    copy ??= items.slice(0, index)
    copy[index] = sent
  }
  return copy ?? items
}

export function walkObject(
  walk: EncodeWalk,
  value: Readonly<Record<string, unknown>>,
  depth: number,
): unknown {
  const keys = Object.keys(value)
  walk.add(value, listHeaderBytes(keys.length))
  walk.checkSize(depth, 2 * keys.length)
  // msgpackr writes a map as it writes an object, and a map may have tagged keys.
  let copy: Map<unknown, unknown> | undefined
  for (const key of keys) {
    walk.trail.step(depth, 'property', key)
    if (key === '__proto__') throw unfit(walk.trail.path(), 'an own property of that name')
    const item = value[key]
    const sentKey = walk.text(key)
    const sent = walk.visit(item, depth + 1)
    if (!copy && sentKey === key && Object.is(sent, item)) continue
    copy ??= entriesBefore(key, keys, value)
    copy.set(sentKey, sent)
  }
  return copy ?? value
}

function entriesBefore(
  end: string,
  keys: readonly string[],
  value: Readonly<Record<string, unknown>>,
): Map<unknown, unknown> {
  const entries = new Map<unknown, unknown>()
  for (const key of keys) {
    if (key === end) break
    entries.set(key, value[key])
  }
  return entries
}

export function walkMap(
  walk: EncodeWalk,
  map: ReadonlyMap<unknown, unknown>,
  depth: number,
): Tagged {
  walk.add(map, 3 + listHeaderBytes(2 * map.size))
  walk.checkSize(depth, 2 * map.size)
  const flat: unknown[] = []
  for (const [key, value] of map) {
    walk.trail.step(depth, 'mapKey')
    flat.push(walk.visit(key, depth + 1))
    walk.trail.step(depth, 'mapValue', key)
    flat.push(walk.visit(value, depth + 1))
  }
  return new Tagged(tags.map, flat)
}

export function walkSet(walk: EncodeWalk, set: ReadonlySet<unknown>, depth: number): unknown {
  walk.add(set, 3 + listHeaderBytes(set.size))
  walk.checkSize(depth, set.size)
  const members: unknown[] = []
  for (const member of set) {
    walk.trail.step(depth, 'member')
    members.push(walk.visit(member, depth + 1))
  }
  return new Tagged(tags.set, members)
}

export function walkError(walk: EncodeWalk, error: object, depth: number): Tagged {
  walk.trail.step(depth, 'inside')
  walk.add(error, 3)
  return new Tagged(tags.error, walk.visit(encodeError(error), depth + 1))
}

export function walkRegistered(
  walk: EncodeWalk,
  registered: RegisteredValue,
  value: object,
  depth: number,
): Tagged {
  walk.trail.step(depth, 'inside')
  walk.add(value, 3 + 1)
  const name = walk.text(registered.name)
  const data = encoded(walk, registered, value)
  return new Tagged(tags.registered, [name, walk.visit(data, depth + 1)])
}

function encoded(walk: EncodeWalk, { name, codec }: RegisteredValue, value: object): unknown {
  try {
    return codec.encode(value)
  } catch (error) {
    if (isFailure(error)) throw error
    throw failed(walk.trail.path(), `cannot be encoded by the codec of '${name}'`, error)
  }
}
