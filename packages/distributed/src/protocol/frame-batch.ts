import type { Bytes } from '@conc/core/internal'
import { encodeInto } from '@conc/wire'
import { copyOf, frameHeaderBytes, noBytes, writeBytes, writeFrameHead } from './frame.js'

const fewest = 512
/** A room that had to grow beyond this is not kept for the next message. */
const mostKept = 64 * 1024

/** Frames of one message, side by side as they will be sent: none of them is an object, and none is copied twice. */
export class FrameBatch {
  /** Where the first frame goes; what is before it is for the header of the message. */
  readonly #start: number
  #room: Buffer = Buffer.allocUnsafeSlow(fewest)
  #end: number
  #frames = 0

  constructor(headBytes: number) {
    this.#start = headBytes
    this.#end = headBytes
  }

  get frames(): number {
    return this.#frames
  }

  /** Of the whole message. */
  get byteLength(): number {
    return this.#end
  }

  /** @param byteLength of the frame. */
  add(
    type: number,
    id: number,
    meta: Uint8Array,
    body: Bytes,
    flags: number,
    byteLength: number,
  ): void {
    const room = this.#roomFor(byteLength)
    let end = writeFrameHead(room, this.#end, type, id, meta, flags, byteLength)
    for (let index = 0; index < body.length; index++) {
      end = writeBytes(room, end, body[index] as Uint8Array)
    }
    this.#end = end
    this.#frames++
  }

  /** A frame whose body is a value that `encodeInto` takes. @param mostBytes of the frame. */
  addPlain(type: number, id: number, value: unknown, mostBytes: number): void {
    const room = this.#roomFor(mostBytes)
    const start = this.#end
    const end = encodeInto(value, room, start + frameHeaderBytes)
    if (end === undefined) throw new TypeError(`A plain value was expected, not ${typeof value}.`)
    writeFrameHead(room, start, type, id, noBytes, 0, end - start)
    this.#end = end
    this.#frames++
  }

  /** The message, whose header is still to be written. The next one begins. */
  take(): Buffer {
    const message = copyOf(this.#room, this.#start, this.#end, this.#start)
    this.#end = this.#start
    this.#frames = 0
    if (this.#room.length > mostKept) this.#room = Buffer.allocUnsafeSlow(fewest)
    return message
  }

  #roomFor(byteLength: number): Buffer {
    const least = this.#end + byteLength
    if (least <= this.#room.length) return this.#room
    let bytes = this.#room.length * 2
    while (bytes < least) bytes *= 2
    const larger = Buffer.allocUnsafeSlow(bytes)
    this.#room.copy(larger, 0, 0, this.#end)
    this.#room = larger
    return larger
  }
}
