import type { ControlBlock, Side } from '../control-block.js'
import { Decoder, type FindShape } from './decoder.js'
import { Encoder } from './encoder.js'
import type { ShapeBook } from './shapes.js'

const ringBytes = 64 * 1024
const headerBytes = 4
/** The largest item, its header included. Nothing starts nearer to the end of the ring. */
const itemBytes = 1024 + headerBytes

/** A ring, and how far its owner has come in it; travels with an end that is handed over. */
export interface RingParts {
  readonly buffer: SharedArrayBuffer
  /** Bytes since it was made; wraps. */
  readonly at: number
}

export function newRing(): RingParts {
  const buffer = new SharedArrayBuffer(ringBytes)
  // Where nothing has been written, no number of an item may stand: the first one is 0.
  new Int32Array(buffer)[0] = -1
  return { buffer, at: 0 }
}

/**
 * Puts small items where the other side sees them at once. An item is its number and its bytes. Behind the last one
 * stands its number again: the reader who looks there for a later one finds that it is not in the ring.
 */
export class RingWriter {
  readonly #buffer: SharedArrayBuffer
  readonly #numbers: Int32Array
  readonly #encoder: Encoder
  readonly #control: ControlBlock
  readonly #side: Side
  #tail: number
  #head: number

  constructor({ buffer, at }: RingParts, shapes: ShapeBook, control: ControlBlock, side: Side) {
    this.#buffer = buffer
    this.#numbers = new Int32Array(buffer)
    this.#encoder = new Encoder(buffer, shapes)
    this.#control = control
    this.#side = side
    this.#tail = at
    this.#head = control.ringHead(side)
  }

  get parts(): RingParts {
    return { buffer: this.#buffer, at: this.#tail }
  }

  /** Whether an item of any size has room now. */
  hasRoom(): boolean {
    if (this.#hasRoomBehind(this.#head)) return true
    this.#head = this.#control.ringHead(this.#side)
    return this.#hasRoomBehind(this.#head)
  }

  /** To be called where there is room. @returns where the bytes end; 0: it is too large, or not for the ring. */
  encode(value: unknown): number {
    const start = inRing(this.#tail)
    return this.#encoder.encode(value, start + headerBytes, start + itemBytes)
  }

  /** Makes what was encoded item `number`. The reader looks at it once it counts as sent. */
  commit(end: number, number: number): void {
    const start = inRing(this.#tail)
    this.#tail = following(this.#tail, start, end)
    this.#numbers[inRing(this.#tail) >> 2] = number
    this.#numbers[start >> 2] = number
  }

  /** Room for one more, and for what is skipped at the end of the ring. */
  #hasRoomBehind(head: number): boolean {
    return ((this.#tail - head) | 0) <= ringBytes - 2 * itemBytes
  }
}

/** Takes items out of a ring that the other side writes. */
export class RingReader {
  readonly #buffer: SharedArrayBuffer
  readonly #numbers: Int32Array
  readonly #decoder: Decoder
  readonly #control: ControlBlock
  readonly #writer: Side
  #head: number
  #told: number

  constructor({ buffer, at }: RingParts, shapeOf: FindShape, control: ControlBlock, writer: Side) {
    this.#buffer = buffer
    this.#numbers = new Int32Array(buffer)
    this.#decoder = new Decoder(buffer, shapeOf)
    this.#control = control
    this.#writer = writer
    this.#head = at
    this.#told = control.ringHead(writer)
  }

  get parts(): RingParts {
    return { buffer: this.#buffer, at: this.#head }
  }

  /** Whether item `number`, which has been sent, is the next one here. */
  holds(number: number): boolean {
    return this.#numbers[inRing(this.#head) >> 2] === number
  }

  /** To be called where it holds one. */
  read(): unknown {
    const start = inRing(this.#head)
    this.#decoder.at = start + headerBytes
    const value = this.#decoder.decode()
    this.#head = following(this.#head, start, this.#decoder.at)
    // Not each time: the writer asks only when it seems to have no room.
    if (((this.#head - this.#told) | 0) >= ringBytes / 8) this.tell()
    return value
  }

  /** Gives the room of what was read back to the writer. */
  tell(): void {
    if (this.#told === this.#head) return
    this.#told = this.#head
    this.#control.setRingHead(this.#writer, this.#head)
  }
}

function inRing(position: number): number {
  return position & (ringBytes - 1)
}

/** The position after an item, at a multiple of 4; at the ring's beginning where it comes too near to the end. */
function following(position: number, start: number, end: number): number {
  const next = (end + 3) & ~3
  return (position + (next + itemBytes > ringBytes ? ringBytes : next) - start) | 0
}
