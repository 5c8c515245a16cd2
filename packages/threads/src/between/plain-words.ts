const unitsPerWord = 4
const longestString = 256

/** Where a value begins: one word of two integers, what it is and what belongs to it. */
const tag = {
  undefined: 0,
  null: 1,
  boolean: 2,
  integer: 3,
  double: 4,
  string: 5,
} as const

/**
 * Values that need no cloning, written into words of 8 bytes of shared memory: numbers, short strings, booleans, `null`
 * and `undefined`.
 */
export class PlainWords {
  readonly integers: Int32Array
  readonly #doubles: Float64Array
  readonly #units: Uint16Array

  constructor(buffer: SharedArrayBuffer, offset: number) {
    this.integers = new Int32Array(buffer, offset)
    this.#doubles = new Float64Array(buffer, offset)
    this.#units = new Uint16Array(buffer, offset)
  }

  get count(): number {
    return this.#doubles.length
  }

  /** @returns the word after the last one; -1 if a value is none of these, or they do not fit before `end`. */
  writeAll(values: readonly unknown[], at: number, end: number): number {
    let next = at
    for (let index = 0; index < values.length && next >= 0; index++) {
      next = this.#write(values[index], next, end)
    }
    return next
  }

  readAll(count: number, at: number): unknown[] {
    const values: unknown[] = []
    let next = at
    for (let index = 0; index < count; index++) {
      values.push(this.#read(next))
      next += this.#length(next)
    }
    return values
  }

  #write(value: unknown, at: number, end: number): number {
    switch (typeof value) {
      case 'number':
        return this.#writeNumber(value, at, end)
      case 'string':
        return this.#writeString(value, at, end)
      case 'boolean':
        return this.#writeTag(tag.boolean, value ? 1 : 0, at, end)
      case 'undefined':
        return this.#writeTag(tag.undefined, 0, at, end)
      default:
        return value === null ? this.#writeTag(tag.null, 0, at, end) : -1
    }
  }

  #writeTag(kind: number, what: number, at: number, end: number): number {
    if (at >= end) return -1
    this.integers[2 * at] = kind
    this.integers[2 * at + 1] = what
    return at + 1
  }

  #writeNumber(value: number, at: number, end: number): number {
    const integer = value | 0
    if (Object.is(integer, value)) return this.#writeTag(tag.integer, integer, at, end)
    const next = this.#writeTag(tag.double, 0, at, end - 1)
    if (next < 0) return next
    this.#doubles[next] = value
    return next + 1
  }

  #writeString(text: string, at: number, end: number): number {
    const { length } = text
    const words = wordsFor(length)
    if (length > longestString) return -1
    const next = this.#writeTag(tag.string, length, at, end - words)
    if (next < 0) return next
    const unit = next * unitsPerWord
    for (let index = 0; index < length; index++) this.#units[unit + index] = text.charCodeAt(index)
    return next + words
  }

  #read(at: number): unknown {
    const what = this.integers[2 * at + 1] as number
    switch (this.integers[2 * at]) {
      case tag.integer:
        return what
      case tag.double:
        return this.#doubles[at + 1]
      case tag.string: {
        const unit = (at + 1) * unitsPerWord
        return String.fromCharCode.apply(null, this.#units.subarray(unit, unit + what) as never)
      }
      case tag.boolean:
        return what === 1
      case tag.null:
        return null
      default:
        return undefined
    }
  }

  #length(at: number): number {
    switch (this.integers[2 * at]) {
      case tag.double:
        return 2
      case tag.string:
        return 1 + wordsFor(this.integers[2 * at + 1] as number)
      default:
        return 1
    }
  }
}

function wordsFor(units: number): number {
  return Math.ceil(units / unitsPerWord)
}
