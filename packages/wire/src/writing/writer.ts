import { failed, isFailure, tooLarge, unfit } from '../format/failures.js'
import { kinds, limits, tags } from '../format/format.js'
import { Trail } from '../format/trail.js'
import { type ContainerKind, isPlainArray, kindOf } from '../format/value-kind.js'
import { binaryTrouble, bytesOf } from '../format/views.js'
import { ByteTarget, type RoomUser } from './byte-target.js'
import { Tails } from './tails.js'
import { mostShort, utf8Length } from './text.js'
import { writeContainer } from './write-containers.js'
import { writeBigint, writeBinary, writeDate } from './write-extension.js'
import { numberBytes, writeNumber, writeSized, writeWide } from './write-number.js'

/** The chunks in a row, and how long they are together. */
export interface Written {
  readonly chunks: Uint8Array[]
  readonly byteLength: number
}

/**
 * Writes a value in one pass: refuses what cannot travel, and stops as soon as it gets too large. msgpackr's own writer does not
 * do here: it makes something of what should be refused (functions, cycles, classes), and a walk in front of it that finds all
 * that takes as long again.
 */
export class Writer implements RoomUser {
  readonly #target: ByteTarget = new ByteTarget(this)
  readonly trail: Trail = new Trail()
  #maxBytes = Number.POSITIVE_INFINITY
  /** Made when they are needed: most values are small. */
  #tails: Tails | undefined

  /** Of all chunks. */
  get byteLength(): number {
    const head = this.#target.length
    return this.#tails === undefined
      ? head
      : head + frameBytes(this.#tails) + this.#tails.byteLength
  }

  run(value: unknown, root: string, maxBytes: number): Written {
    this.trail.begin(root)
    this.#maxBytes = maxBytes
    try {
      this.value(value, 0)
      this.checkSize(0)
    } catch (error) {
      throw isFailure(error) ? error : failed(this.trail.path(), 'cannot be read', error)
    }
    const { byteLength } = this
    if (this.#tails === undefined) return { chunks: [this.#target.take()], byteLength }
    this.#frame(this.#tails)
    return { chunks: [this.#target.take(), ...this.#tails.chunks()], byteLength }
  }

  /** Forgets what it has written: it is kept for the next value. */
  reset(): void {
    this.#target.reset()
    this.trail.end()
    this.#tails = undefined
  }

  value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.text(value)
        break
      case 'number':
        if (Object.is(value, -0)) this.tag(tags.negativeZero)
        else writeNumber(this.#target, value)
        break
      case 'object':
        if (value === null) this.#target.byte(0xc0)
        else this.#object(value, depth)
        break
      case 'boolean':
        this.#target.byte(value ? 0xc3 : 0xc2)
        break
      case 'undefined':
        this.tag(tags.undefined)
        break
      case 'bigint':
        writeBigint(this.#target, value)
        break
      default:
        throw unfit(this.trail.path(), typeof value === 'symbol' ? 'a symbol' : 'a function')
    }
  }

  text(text: string): void {
    if (text.length > mostShort) this.#longText(text)
    else if (!this.#target.shortText(text)) this.#utf16(text)
  }

  /** With what it stands for behind it. */
  tag(tag: number): void {
    this.#target.byte(0xd4)
    this.#target.uint16(tag << 8)
  }

  /** The header of one. */
  list(length: number): void {
    if (length < 0x10) this.#target.byte(0x90 | length)
    else writeWide(this.#target, 0xdc, length)
  }

  mapping(size: number): void {
    if (size < 0x10) this.#target.byte(0x80 | size)
    else writeWide(this.#target, 0xde, size)
  }

  /** A value that is larger than allowed is not written to its end, nor its container. */
  needsRoom(): void {
    this.checkSize(this.trail.depth)
  }

  /** Refuses to go on when there is more than allowed, if only by the `coming` bytes. */
  checkSize(depth: number, coming: number = 0): void {
    const size = this.byteLength + coming
    if (size > this.#maxBytes) throw tooLarge(this.trail.path(depth), size, this.#maxBytes)
    if (this.#target.length + coming <= limits.headBytes) return
    throw tooLarge(this.trail.path(depth), size, limits.headBytes)
  }

  #longText(text: string): void {
    const length = utf8Length(text)
    if (length < 0) this.#utf16(text)
    else if (length >= limits.tailBytes) this.#tail(kinds.text, text, length)
    else {
      writeSized(this.#target, 0xd9, length)
      this.#target.text(text, length)
    }
  }

  #utf16(text: string): void {
    this.tag(tags.utf16)
    this.#binary(Buffer.from(text, 'utf16le'), kinds.buffer)
  }

  #binary(value: object, kind: number): void {
    const trouble = binaryTrouble(value)
    if (trouble !== undefined) throw unfit(this.trail.path(), trouble)
    const { byteLength } = value as ArrayBuffer
    if (byteLength >= limits.tailBytes) this.#tail(kind, bytesOf(value), byteLength)
    else writeBinary(this.#target, value, kind)
  }

  /** A reference to what will follow the head. */
  #tail(kind: number, tail: Uint8Array | string, byteLength: number): void {
    this.#tails ??= new Tails()
    this.#tails.add(tail, byteLength)
    this.tag(tags.tail)
    this.list(2)
    writeNumber(this.#target, kind)
    writeNumber(this.#target, byteLength)
    this.checkSize(this.trail.depth)
  }

  /** What the reader has to know first: where the tails begin. */
  #frame(tails: Tails): void {
    const { length } = this.#target
    this.tag(tags.frame)
    this.list(2)
    writeNumber(this.#target, tails.byteLength)
    this.#target.toFront(length)
  }

  #object(value: object, depth: number): void {
    if (isPlainArray(value)) {
      this.#container(value, 'array', depth)
      return
    }
    const kind = kindOf(value, Object.getPrototypeOf(value) as object | null)
    if (kind?.is === 'view') this.#binary(value, kind.view)
    else if (kind?.is === 'date') writeDate(this.#target, value as Date)
    else this.#container(value, kind?.is, depth)
  }

  #container(value: object, kind: ContainerKind | undefined, depth: number): void {
    this.#enter(value, depth)
    writeContainer(this, value, kind, depth)
    this.checkSize(depth)
  }

  #enter(container: object, depth: number): void {
    if (depth >= limits.depth) {
      throw failed(this.trail.path(), `is more than ${limits.depth} values deep`)
    }
    if (this.trail.enter(depth, container)) return
    throw unfit(this.trail.path(), `a cycle back to ${this.trail.pathOf(container)}`)
  }
}

function frameBytes({ byteLength }: Tails): number {
  return 3 + 1 + numberBytes(byteLength)
}
