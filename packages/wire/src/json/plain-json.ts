import { limits } from '../format/format.js'
import { kindOf } from '../format/value-kind.js'

/** The JSON of a value, if `JSON.parse` gives all of it back. */
export function plainJson(value: unknown): string | undefined {
  try {
    return isPlain(value, []) ? JSON.stringify(value) : undefined
  } catch {
    // A getter or proxy that throws, or more text than a string can hold.
    return undefined
  }
}

function isPlain(value: unknown, around: object[]): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
    case 'object':
      return value === null || isPlainContainer(value, around)
    default:
      return false
  }
}

function isPlainContainer(value: object, around: object[]): boolean {
  if (around.length >= limits.depth || around.includes(value)) return false
  const kind = kindOf(value, Object.getPrototypeOf(value) as object | null)
  around.push(value)
  const isAll =
    (kind?.is === 'array' && areItemsPlain(value as unknown[], around)) ||
    (kind?.is === 'object' && arePropertiesPlain(value as Record<string, unknown>, around))
  around.pop()
  return isAll
}

function areItemsPlain(items: readonly unknown[], around: object[]): boolean {
  for (let index = 0; index < items.length; index++) {
    if (!isPlain(items[index], around)) return false
  }
  return true
}

function arePropertiesPlain(value: Readonly<Record<string, unknown>>, around: object[]): boolean {
  return Object.keys(value).every((key) => key !== '__proto__' && isPlain(value[key], around))
}
