import { keepSparse } from '@conc/core/internal'
import { failed, isFailure } from '../format/failures.js'
import { limits } from '../format/format.js'
import { Trail } from '../format/trail.js'
import { copyOf } from '../format/views.js'
import { ByteSource, Malformed } from './byte-source.js'
import { readExtension } from './read-extension.js'
import { readTagged } from './read-tagged.js'
import { TailSource } from './tail-source.js'

/**
 * Reads what msgpackr has written, all of it and nothing else. msgpackr's own reader does not do here: its table of
 * extensions belongs to the whole program, so foreign code would run on the bytes of strangers, and it makes
 * something of what should be refused (records, patterns, broken text, keys that name prototypes).
 */
export class Reader {
  readonly source: ByteSource = new ByteSource()
  readonly trail: Trail = new Trail()
  /** Where the value begins. */
  start = 0
  tails: TailSource = TailSource.none

  run(bytes: Uint8Array, root: string, start: number, end: number): unknown {
    this.source.open(bytes, start, end)
    this.trail.begin(root)
    this.start = start
    try {
      const value = this.value(0)
      if (this.source.left > 0 || this.tails.left > 0)
        throw new Malformed('has bytes after its end')
      return value
    } catch (error) {
      if (isFailure(error)) throw error
      if (error instanceof Malformed) throw failed(this.trail.path(), error.message)
      throw failed(this.trail.path(), 'cannot be decoded', error)
    }
  }

  /** Forgets what it has read: it is kept for the next value. */
  reset(): void {
    this.source.close()
    this.trail.end()
    this.tails = TailSource.none
  }

  value(depth: number): unknown {
    return this.#valueOf(this.source.byte(), depth)
  }

  #valueOf(token: number, depth: number): unknown {
    if (token < 0x80) return token
    if (token < 0x90) return this.#object(token - 0x80, depth)
    if (token < 0xa0) return this.#array(token - 0x90, depth)
    if (token < 0xc0) return this.source.text(token - 0xa0)
    return token < 0xe0 ? this.#wide(token, depth) : token - 0x100
  }

  /** Refuses to go deeper than `encode` does, which also keeps the stack from overflowing. */
  enter(depth: number): void {
    if (depth >= limits.depth) throw new Malformed(`is more than ${limits.depth} values deep`)
  }

  /** How long the list is that comes next, which has to be one. */
  listLength(): number {
    const token = this.source.byte()
    if (token >= 0x90 && token < 0xa0) return this.#fitting(token - 0x90, 1)
    if (token === 0xdc) return this.#fitting(this.source.uint16(), 1)
    if (token === 0xdd) return this.#fitting(this.source.uint32(), 1)
    throw new Malformed('has something else in place of a list')
  }

  expectPair(): void {
    if (this.listLength() !== 2) throw new Malformed('has a list in place of a pair')
  }

  /** What a list says of its length, checked against what is there. */
  #fitting(length: number, itemBytes: number): number {
    if (length * itemBytes > this.source.left) throw new Malformed('ends too early')
    return length
  }

  #wide(token: number, depth: number): unknown {
    const { source } = this
    switch (token) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
        return this.#buffer(source.byte())
      case 0xc5:
        return this.#buffer(source.uint16())
      case 0xc6:
        return this.#buffer(source.uint32())
      case 0xd9:
        return source.text(source.byte())
      case 0xda:
        return source.text(source.uint16())
      case 0xdb:
        return source.text(source.uint32())
      case 0xdc:
        return this.#array(source.uint16(), depth)
      case 0xdd:
        return this.#array(source.uint32(), depth)
      case 0xde:
        return this.#object(source.uint16(), depth)
      case 0xdf:
        return this.#object(source.uint32(), depth)
      case 0xd4:
        return readTagged(this, depth)
      default:
        return token < 0xca || (token >= 0xd5 && token <= 0xd8)
          ? readExtension(this.source, token)
          : this.#number(token)
    }
  }

  #number(token: number): number | bigint {
    const { source } = this
    switch (token) {
      case 0xca:
        return source.float32()
      case 0xcb:
        return source.float64()
      case 0xcc:
        return source.byte()
      case 0xcd:
        return source.uint16()
      case 0xce:
        return source.uint32()
      case 0xcf:
        return source.uint64()
      case 0xd0:
        return source.int8()
      case 0xd1:
        return source.int16()
      case 0xd2:
        return source.int32()
      default:
        return source.int64()
    }
  }

  #buffer(length: number): Buffer {
    return copyOf(this.source.bytes(length))
  }

  #array(length: number, depth: number): unknown[] {
    this.enter(depth)
    this.#fitting(length, 1)
    // A long one grows with what is read: many lists, each as long as what is left, would be too much together.
    const items = new Array<unknown>(length < 16 ? length : 0)
    for (let index = 0; index < length; index++) {
      this.trail.step(depth, 'item', index)
      items[index] = this.value(depth + 1)
    }
    return items
  }

  #object(size: number, depth: number): Record<string, unknown> {
    this.enter(depth)
    this.#fitting(size, 2)
    const object: Record<string, unknown> = {}
    let indices = 0
    for (let index = 0; index < size; index++) {
      const key = this.#key(depth)
      this.trail.step(depth, 'property', key)
      if (key === '__proto__') throw new Malformed('is an own property of that name')
      const item = this.value(depth + 1)
      if (keepSparse(object, key, indices)) indices++
      object[key] = item
    }
    return object
  }

  /** Text, also tagged text. */
  #key(depth: number): string {
    this.trail.step(depth, 'inside')
    const token = this.source.byte()
    if (token >= 0xa0 && token < 0xc0) return this.source.key(token - 0xa0)
    // So deep that no container is entered.
    const key = this.#valueOf(token, limits.depth)
    if (typeof key !== 'string') throw new Malformed('has a key that is no text')
    return key
  }
}
