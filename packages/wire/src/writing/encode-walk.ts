import { className, nounOf } from '@conc/core/internal'
import { failed, isFailure, tooLarge, unfit } from '../format/failures.js'
import { kinds, limits, tags } from '../format/format.js'
import { Trail } from '../format/trail.js'
import { kindOf } from '../format/value-kind.js'
import { binaryTrouble, bytesOf } from '../format/views.js'
import { registeredByPrototype } from '../register-value.js'
import {
  walkArray,
  walkError,
  walkMap,
  walkObject,
  walkRegistered,
  walkSet,
} from './encode-containers.js'
import { Bare, Tagged } from './packer.js'
import {
  bigintBytes,
  bufferBytes,
  dateBytes,
  numberBytes,
  textHeaderBytes,
  viewBytes,
} from './sizes.js'
import { Tails } from './tails.js'
import { utf8Length } from './text.js'

const negativeZero = new Bare(tags.negativeZero)

/**
 * Goes through a value before a byte is written: refuses what cannot travel, adds up what the rest will take, and
 * puts tagged things in place of what msgpackr would not write as it is. Copies only what contains such a thing.
 */
export class EncodeWalk {
  /** The longest string that msgpackr will write, in bytes. */
  longest = 0
  readonly #root: string
  readonly #maxBytes: number
  #bytes = 0
  /** Made when they are needed: most values are small, and many are no container. */
  #trail: Trail | undefined
  #tails: Tails | undefined

  constructor(root: string, maxBytes: number) {
    this.#root = root
    this.#maxBytes = maxBytes
  }

  get trail(): Trail {
    this.#trail ??= new Trail(this.#root)
    return this.#trail
  }

  /** What msgpackr will write. */
  get headBytes(): number {
    return this.#bytes + (this.#tails?.headBytes ?? 0)
  }

  get byteLength(): number {
    return this.headBytes + (this.#tails?.byteLength ?? 0)
  }

  /** What follows the head. */
  tails(): readonly Uint8Array[] {
    return this.#tails?.chunks() ?? []
  }

  /** @returns what msgpackr is to write for `value`. */
  run(value: unknown): unknown {
    try {
      const sent = this.visit(value, 0)
      this.checkSize(0)
      return this.#tails?.frame(sent) ?? sent
    } catch (error) {
      throw isFailure(error) ? error : failed(this.trail.path(), 'cannot be read', error)
    }
  }

  /** @returns `value`, or what is to be written in its place. */
  visit(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        return this.text(value)
      case 'number':
        return this.#number(value)
      case 'object':
        return value === null ? this.add(value, 1) : this.#object(value, depth)
      case 'boolean':
        return this.add(value, 1)
      case 'undefined':
        return this.add(value, 3)
      case 'bigint':
        return this.add(value, bigintBytes(value))
      default:
        throw unfit(this.trail.path(), typeof value === 'symbol' ? 'a symbol' : 'a function')
    }
  }

  /** Adds `bytes` to the head. */
  add<T>(value: T, bytes: number): T {
    this.#bytes += bytes
    return value
  }

  text(text: string): unknown {
    const length = utf8Length(text)
    if (length < 0) return this.#tagged(tags.utf16, Buffer.from(text, 'utf16le'))
    if (length >= limits.tailBytes) return this.#tail(kinds.text, text, length)
    if (length > this.longest) this.longest = length
    return this.add(text, textHeaderBytes(length) + length)
  }

  /** Refuses to go on when there is more than allowed, if only by the `coming` bytes. */
  checkSize(depth: number, coming: number = 0): void {
    const size = this.byteLength + coming
    if (size > this.#maxBytes) throw tooLarge(this.trail.path(depth), size, this.#maxBytes)
    if (this.#bytes + coming <= limits.headBytes) return
    throw tooLarge(this.trail.path(depth), size, limits.headBytes)
  }

  #number(value: number): unknown {
    return Object.is(value, -0) ? this.add(negativeZero, 3) : this.add(value, numberBytes(value))
  }

  #tagged(tag: number, bytes: Buffer): Tagged {
    this.#bytes += 3
    return new Tagged(tag, this.#binary(bytes, kinds.buffer))
  }

  #binary(value: object, kind: number): unknown {
    const trouble = binaryTrouble(value)
    if (trouble !== undefined) throw unfit(this.trail.path(), trouble)
    const { byteLength } = value as ArrayBuffer
    if (byteLength >= limits.tailBytes) return this.#tail(kind, bytesOf(value), byteLength)
    return this.add(value, kind === kinds.buffer ? bufferBytes(byteLength) : viewBytes(byteLength))
  }

  #tail(kind: number, tail: Uint8Array | string, byteLength: number): Tagged {
    this.#tails ??= new Tails()
    const reference = this.#tails.add(kind, tail, byteLength)
    this.checkSize(this.trail.depth)
    return reference
  }

  #object(value: object, depth: number): unknown {
    const prototype = Object.getPrototypeOf(value) as object | null
    const kind = kindOf(value, prototype)
    if (kind?.is === 'view') return this.#binary(value, kind.view)
    if (kind?.is === 'date') return this.add(value, dateBytes((value as Date).getTime()))
    this.#enter(value, depth)
    const sent = this.#inside(value, prototype, kind?.is, depth)
    this.checkSize(depth)
    return sent
  }

  #inside(
    value: object,
    prototype: object | null,
    kind: 'object' | 'array' | 'map' | 'set' | 'error' | undefined,
    depth: number,
  ): unknown {
    switch (kind) {
      case 'object':
        return walkObject(this, value as Record<string, unknown>, depth)
      case 'array':
        return walkArray(this, value as readonly unknown[], depth)
      case 'map':
        return walkMap(this, value as ReadonlyMap<unknown, unknown>, depth)
      case 'set':
        return walkSet(this, value as ReadonlySet<unknown>, depth)
    }
    const registered = prototype === null ? undefined : registeredByPrototype(prototype)
    if (registered) return walkRegistered(this, registered, value, depth)
    if (kind === 'error') return walkError(this, value, depth)
    throw unfit(this.trail.path(), nounOf(className(value)))
  }

  #enter(container: object, depth: number): void {
    if (depth >= limits.depth) {
      throw failed(this.trail.path(), `is more than ${limits.depth} values deep`)
    }
    if (this.trail.enter(depth, container)) return
    throw unfit(this.trail.path(), `a cycle back to ${this.trail.pathOf(container)}`)
  }
}
