import { inspect } from 'node:util'
import type { ShownValues } from './seeing-options.js'

const longestText = 400

/** A value as `values` says: as type and size, as `util.inspect` shows it, or by the caller's function. */
export function valueText(name: string, value: unknown, values: ShownValues): string {
  if (typeof values === 'function') return String(values(name, value))
  return values ? inspected(value) : typeAndSize(value)
}

/** What a value is and how large, without anything that is in it: `string (12)`, `Array (3)`, `Book {2}`. */
function typeAndSize(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return `string (${value.length})`
  if (typeof value !== 'object') return typeof value
  try {
    return sized(value)
  } catch {
    // A proxy may refuse every look.
    return 'object'
  }
}

/** An error in one line. */
export function errorLine(error: unknown): string {
  if (!(error instanceof Error))
    return cut(inspect(error, { breakLength: Number.POSITIVE_INFINITY }))
  const { name, message } = error
  return cut(`${name}: ${message}`.replaceAll(/\s*\n\s*/g, ' '))
}

function sized(value: object): string {
  const name = Object.getPrototypeOf(value)?.constructor?.name || 'Object'
  if (Array.isArray(value)) return `Array (${value.length})`
  if (value instanceof Map || value instanceof Set) return `${name} (${value.size})`
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `${name} (${value.byteLength})`
  if (value instanceof Error || value instanceof Date || value instanceof Promise) return name
  return `${name} {${Object.keys(value).length}}`
}

function inspected(value: unknown): string {
  try {
    return cut(
      inspect(value, {
        depth: 3,
        breakLength: Number.POSITIVE_INFINITY,
        maxArrayLength: 20,
        maxStringLength: 200,
        compact: true,
      }),
    )
  } catch {
    // Its own `inspect.custom` threw.
    return typeAndSize(value)
  }
}

function cut(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}
