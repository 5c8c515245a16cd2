import { envelopeLimits } from './envelope.js'

/**
 * Copies the plain data of an error's own fields within the envelope's limits. What is no plain data, or too deep,
 * too much or unreadable, is left out and its path noted.
 */
export class FieldCopy {
  readonly #dropped: string[]
  #entries = 0
  #text = 0

  /** @param dropped receives the paths of what was left out. */
  constructor(dropped: string[]) {
    this.#dropped = dropped
  }

  /** @returns the copy in a box, so that a value of `undefined` differs from nothing. */
  take(read: () => unknown, path: string, depth = 0): { readonly value: unknown } | undefined {
    try {
      const value = read()
      if (depth <= envelopeLimits.fieldDepth && this.#fits(value)) {
        const copied = this.#copy(value, path, depth)
        if (copied) return copied
      }
    } catch {
      // A getter that throws: left out like anything else that cannot be read.
    }
    this.#dropped.push(path)
    return undefined
  }

  #fits(value: unknown): boolean {
    if (typeof value === 'string') this.#text += value.length
    return ++this.#entries <= envelopeLimits.fieldEntries && this.#text <= envelopeLimits.fieldText
  }

  #copy(value: unknown, path: string, depth: number): { readonly value: unknown } | undefined {
    switch (typeof value) {
      case 'function':
      case 'symbol':
        return undefined
      case 'object':
        return value === null ? { value } : this.#copyObject(value, path, depth)
      default:
        return { value }
    }
  }

  #copyObject(value: object, path: string, depth: number): { readonly value: unknown } | undefined {
    if (Array.isArray(value)) return { value: this.#copyArray(value, path, depth) }
    if (value instanceof Date) return { value: new Date(value.getTime()) }
    if (value instanceof Map) {
      const pairs = this.#copyArray([...value].flat(), path, depth)
      return { value: new Map(pairs.flatMap((_, i) => (i % 2 ? [] : [[pairs[i], pairs[i + 1]]]))) }
    }
    if (value instanceof Set) return { value: new Set(this.#copyArray([...value], path, depth)) }
    if (value instanceof Uint8Array) return this.#copyBytes(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return undefined
    return { value: this.#copyRecord(value as Record<string, unknown>, path, depth) }
  }

  #copyBytes(value: Uint8Array): { readonly value: unknown } | undefined {
    this.#text += value.byteLength
    return this.#text <= envelopeLimits.fieldText ? { value: new Uint8Array(value) } : undefined
  }

  #copyArray(values: readonly unknown[], path: string, depth: number): unknown[] {
    const copy: unknown[] = []
    for (let index = 0; index < values.length; index++) {
      if (this.#isExhausted) {
        this.#dropped.push(`${path}[${index}…${values.length - 1}]`)
        break
      }
      copy.push(this.take(() => values[index], `${path}[${index}]`, depth + 1)?.value)
    }
    return copy
  }

  #copyRecord(value: Record<string, unknown>, path: string, depth: number): object {
    const copy: Record<string, unknown> = {}
    for (const key of Object.keys(value)) {
      if (key === '__proto__') continue
      if (this.#isExhausted) {
        this.#dropped.push(`${path}.${key}…`)
        break
      }
      const copied = this.take(() => value[key], `${path}.${key}`, depth + 1)
      if (copied) copy[key] = copied.value
    }
    return copy
  }

  /** No more entries fit: what is left of a list or record is left out as one. */
  get #isExhausted(): boolean {
    return this.#entries >= envelopeLimits.fieldEntries
  }
}
