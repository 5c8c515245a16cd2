import { className, nounOf, pathTo, pathToEntry } from './value-path.js'

/** Where the structured clone algorithm fails on a value, and on what. */
export interface Uncloneable {
  /** From the root that was given: `args[0].socket`. */
  readonly path: string
  /** A few words: `a function`, `a Socket`. */
  readonly what: string
}

// Node clones these to `{}` without a word. By name, as asking for the class itself would load it.
const emptiedNames: ReadonlySet<string> = new Set([
  'AbortController',
  'AbortSignal',
  'BroadcastChannel',
  'CompressionStream',
  'CustomEvent',
  'DecompressionStream',
  'Event',
  'EventTarget',
  'FormData',
  'Headers',
  'MessageEvent',
  'Performance',
  'Request',
  'Response',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'URLSearchParams',
])

/** The name of a class that cloning empties, where `value` is an instance of one. */
export function emptiedClass(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const type: unknown = Object.getPrototypeOf(value)?.constructor
  if (typeof type !== 'function' || type === Object || type === Array) return undefined
  const { name } = type
  if (!emptiedNames.has(name)) return undefined
  return (globalThis as Record<string, unknown>)[name] === type ? name : undefined
}

/** The first value, `value` itself or one of its direct properties, that would arrive empty. */
export function findEmptied(
  value: unknown,
  root: string,
  moved: readonly unknown[] = [],
): Uncloneable | undefined {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined
  const own = emptiedClass(value)
  if (own !== undefined && !moved.includes(value)) return { path: root, what: nounOf(own) }
  if (Array.isArray(value)) return emptiedItem(value, root, moved)
  return Object.getPrototypeOf(value) === Object.prototype
    ? emptiedProperty(value as Record<string, unknown>, root, moved)
    : undefined
}

function emptiedItem(
  items: readonly unknown[],
  root: string,
  moved: readonly unknown[],
): Uncloneable | undefined {
  // By index: asking a long array of numbers for its keys would cost more than cloning it.
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    const name = typeof item === 'object' ? emptiedClass(item) : undefined
    if (name !== undefined && !moved.includes(item)) {
      return { path: `${root}[${index}]`, what: nounOf(name) }
    }
  }
  return undefined
}

function emptiedProperty(
  value: Record<string, unknown>,
  root: string,
  moved: readonly unknown[],
): Uncloneable | undefined {
  for (const key of Object.keys(value)) {
    const property = value[key]
    const name = typeof property === 'object' ? emptiedClass(property) : undefined
    if (name !== undefined && !moved.includes(property)) {
      return { path: pathTo(root, key, false), what: nounOf(name) }
    }
  }
  return undefined
}

/**
 * Looks for what makes `structuredClone` fail on `value`. Inside of plain objects, arrays, maps and sets it names the
 * very value; an instance of a class is named as a whole.
 *
 * @param moved what is on the transfer list and therefore no trouble.
 */
export function findUncloneable(
  value: unknown,
  root: string,
  moved: readonly unknown[] = [],
): Uncloneable | undefined {
  return new Search(moved).look(value, root, 0)
}

const deepest = 500

class Search {
  readonly #moved: ReadonlySet<unknown>
  readonly #seen = new Set<unknown>()

  constructor(moved: readonly unknown[]) {
    this.#moved = new Set(moved)
  }

  look(value: unknown, path: string, depth: number): Uncloneable | undefined {
    if (typeof value === 'function') return { path, what: 'a function' }
    if (typeof value === 'symbol') return { path, what: 'a symbol' }
    if (typeof value !== 'object' || value === null) return undefined
    if (depth > deepest || this.#moved.has(value) || this.#seen.has(value)) return undefined
    this.#seen.add(value)
    const found = this.#inside(value, path, depth + 1)
    if (isContainer(value)) return found
    return found || !isCloneable(value) ? { path, what: nounOf(className(value)) } : undefined
  }

  #inside(value: object, path: string, depth: number): Uncloneable | undefined {
    for (const [child, at] of childrenOf(value, path)) {
      const found = this.look(child, at, depth)
      if (found) return found
    }
    return undefined
  }
}

function* childrenOf(value: object, path: string): Generator<[child: unknown, path: string]> {
  if (ArrayBuffer.isView(value)) return
  if (value instanceof Map) {
    for (const [key, child] of value) {
      yield [key, `${path}.keys()`]
      yield [child, pathToEntry(path, key)]
    }
  } else if (value instanceof Set) {
    for (const child of value) yield [child, `${path}.values()`]
  } else {
    const isArray = Array.isArray(value)
    for (const key of Object.keys(value)) yield [read(value, key), pathTo(path, key, isArray)]
  }
}

/** A getter that throws makes the clone fail too; it is the object's trouble then. */
function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    return () => {}
  }
}

function isContainer(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return Array.isArray(value) || value instanceof Map || value instanceof Set
}

/** Only called on objects whose properties are all cloneable or moved. */
function isCloneable(value: object): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}
