import { encodeError } from '@conc/core'
import { limits } from '../format/format.js'
import { kindOf } from '../format/value-kind.js'
import { bytesOf } from '../format/views.js'
import { registeredByPrototype } from '../register-value.js'

/** Thrown where something is no data at all. */
const unfit = Symbol('unfit')

/** @returns `undefined` for `undefined`, and for what cannot travel. */
export function taggedJson(value: unknown): string | undefined {
  if (value === undefined) return undefined
  try {
    return JSON.stringify(shown(value, []))
  } catch {
    return undefined
  }
}

function shown(value: unknown, around: readonly object[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: numberName(value) }
    case 'bigint':
      return { $bigint: String(value) }
    case 'undefined':
      return { $undefined: true }
    case 'object':
      return value === null ? null : shownObject(value, around)
    default:
      throw unfit
  }
}

function numberName(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function shownObject(value: object, outside: readonly object[]): unknown {
  if (outside.length >= limits.depth || outside.includes(value)) throw unfit
  const around = [...outside, value]
  const prototype = Object.getPrototypeOf(value) as object | null
  const list = (items: Iterable<unknown>): unknown[] =>
    Array.from(items, (item) => shown(item, around))
  switch (kindOf(value, prototype)?.is) {
    case 'object':
      return shownProperties(value, around)
    case 'array':
      return list(value as unknown[])
    case 'map':
      return { $map: Array.from(value as Map<unknown, unknown>, list) }
    case 'set':
      return { $set: list(value as Set<unknown>) }
    case 'date':
      return { $date: shownDate(value as Date) }
    case 'view':
      return { $bytes: shownBytes(value) }
    case 'error':
      return registered(value, prototype, around) ?? { $error: shown(encodeError(value), around) }
    default:
      return registered(value, prototype, around) ?? refuse()
  }
}

function shownProperties(value: object, around: readonly object[]): object {
  const properties = Object.entries(value).map(([key, item]) => [key, shown(item, around)])
  return Object.fromEntries(properties) as object
}

function shownDate(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

function shownBytes(value: object): string {
  const { buffer, byteOffset, byteLength } = bytesOf(value)
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

function registered(
  value: object,
  prototype: object | null,
  around: readonly object[],
): object | undefined {
  const entry = prototype === null ? undefined : registeredByPrototype(prototype)
  return entry && { $value: [entry.name, shown(entry.codec.encode(value), around)] }
}

function refuse(): never {
  throw unfit
}
