import { types } from 'node:util'
import type { ShapeBook } from './shapes.js'
import { tag } from './tags.js'

const objectsAtMost = 32

/**
 * Writes small values as bytes, such that what is read from them equals their structured clone. What it cannot
 * reproduce it refuses: shared references and cycles, holes, other prototypes, proxies, anything but plain data.
 */
export class Encoder {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #shapes: ShapeBook
  /** Objects of this value so far. */
  readonly #seen: (object | undefined)[] = []
  #objects = 0
  #at = 0
  #limit = 0

  constructor(buffer: SharedArrayBuffer, shapes: ShapeBook) {
    this.#bytes = new Uint8Array(buffer)
    this.#view = new DataView(buffer)
    this.#shapes = shapes
  }

  /** @returns where it ends; 0 when it does not fit between `start` and `limit`, or is not for the ring. */
  encode(value: unknown, start: number, limit: number): number {
    // A getter that puts into the same channel.
    if (this.#limit > 0) return 0
    this.#at = start
    this.#limit = limit
    try {
      return this.#value(value) ? this.#at : 0
    } finally {
      this.#limit = 0
      while (this.#objects > 0) this.#seen[--this.#objects] = undefined
    }
  }

  #value(value: unknown): boolean {
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'string':
        return this.#string(value)
      case 'boolean':
        return this.#tag(value ? tag.true : tag.false, 0)
      case 'undefined':
        return this.#tag(tag.undefined, 0)
      case 'bigint':
        return this.#bigint(value)
      case 'object':
        return value === null ? this.#tag(tag.null, 0) : this.#object(value)
      default:
        return false
    }
  }

  #number(value: number): boolean {
    const int = value | 0
    if (int === value && (int !== 0 || Object.is(value, 0))) {
      if (!this.#tag(tag.int32, 4)) return false
      this.#view.setInt32(this.#at, int, true)
      this.#at += 4
      return true
    }
    if (!this.#tag(tag.double, 8)) return false
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
    return true
  }

  #bigint(value: bigint): boolean {
    if (BigInt.asIntN(64, value) !== value || !this.#tag(tag.bigint, 8)) return false
    this.#view.setBigInt64(this.#at, value, true)
    this.#at += 8
    return true
  }

  #string(text: string): boolean {
    const { length } = text
    const before = this.#at
    if (!this.#counted(tag.latin1, length, length)) return false
    const start = this.#at
    // In place, as most texts are of this kind; else once more.
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0xff) {
        this.#at = before
        return this.#wideString(text)
      }
      this.#bytes[start + index] = code
    }
    this.#at = start + length
    return true
  }

  #wideString(text: string): boolean {
    const { length } = text
    if (!this.#counted(tag.utf16, length, length * 2)) return false
    for (let index = 0; index < length; index++) {
      this.#view.setUint16(this.#at, text.charCodeAt(index), true)
      this.#at += 2
    }
    return true
  }

  #object(value: object): boolean {
    if (types.isProxy(value) || this.#wasSeen(value)) return false
    const prototype: unknown = Object.getPrototypeOf(value)
    if (Array.isArray(value)) return prototype === Array.prototype && this.#array(value)
    return prototype === Object.prototype && this.#record(value as Record<string, unknown>)
  }

  /** Neither cycles nor an object in two places: the copy would have two. */
  #wasSeen(value: object): boolean {
    for (let index = 0; index < this.#objects; index++) {
      if (this.#seen[index] === value) return true
    }
    if (this.#objects === objectsAtMost) return true
    this.#seen[this.#objects++] = value
    return false
  }

  #array(items: readonly unknown[]): boolean {
    const { length } = items
    if (!this.#counted(tag.array, length, length)) return false
    const keys = Object.keys(items)
    // Fewer keys than items: a hole. A name that is no index stands last.
    if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) {
      return false
    }
    for (let index = 0; index < length; index++) if (!this.#value(items[index])) return false
    return true
  }

  #record(record: Record<string, unknown>): boolean {
    const keys = Object.keys(record)
    const id = this.#shapes.idOf(keys)
    if (id === undefined || !this.#tag(tag.object, 1)) return false
    this.#bytes[this.#at++] = id
    for (let index = 0; index < keys.length; index++) {
      if (!this.#value(record[keys[index] as string])) return false
    }
    return true
  }

  #counted(tagged: number, count: number, bytes: number): boolean {
    if (!this.#tag(tagged, 2 + bytes)) return false
    this.#view.setUint16(this.#at, count, true)
    this.#at += 2
    return true
  }

  /** Writes the tag if it and the bytes after it fit. */
  #tag(tagged: number, bytes: number): boolean {
    if (this.#at + 1 + bytes > this.#limit) return false
    this.#bytes[this.#at++] = tagged
    return true
  }
}
