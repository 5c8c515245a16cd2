import type { Bytes } from '@conc/core/internal'
import {
  type GrowingFrame,
  type OutgoingFrame,
  outgoingFrame,
  writeFrame,
  writeFrameHead,
} from './frame.js'
import { frameType } from './frame-types.js'
import { sizeOf } from './item-pack.js'
import { aloneBytes, messageBytes, messageFrames } from './limits.js'
import { messageHeaderBytes, writeMessageHeader } from './message.js'
import { seqAfter } from './sequence.js'

/** One write. The chunks in a row are the message; only those of a large body are not new. */
export interface OutgoingMessage {
  readonly seq: number
  readonly chunks: Bytes
  readonly byteLength: number
}

export interface WriterOptions {
  /** The last `seq` seen from the other side. Default: none is told. */
  readonly ack?: () => number
  /** Called at the end of a turn, before its frames are written: the last chance to add some. */
  readonly beforeFlush?: () => void
  /** Calls `flush` at the end of the turn. Default: `process.nextTick`. */
  readonly schedule?: (flush: () => void) => void
  /** So many frames are written without waiting for the end of the turn; default 4096. */
  readonly mostFrames?: number
}

/**
 * Collects the frames of a turn and writes them together. A large frame goes alone and at once, behind those before
 * it: `write` is then called before `add` returns, and has to copy the body if its owner may change it.
 */
export class MessageWriter {
  readonly #write: (message: OutgoingMessage) => void
  readonly #ack: () => number
  readonly #beforeFlush: (() => void) | undefined
  readonly #schedule: (flush: () => void) => void
  readonly #mostFrames: number
  #frames: OutgoingFrame[] = []
  /** By stream: the frame among these that takes further items, as nothing else was said of the stream since. */
  readonly #packs = new Map<number, GrowingFrame>()
  #byteLength = messageHeaderBytes
  #seq = 0
  #isScheduled = false

  constructor(write: (message: OutgoingMessage) => void, options: WriterOptions = {}) {
    this.#write = write
    this.#ack = options.ack ?? (() => 0)
    this.#beforeFlush = options.beforeFlush
    this.#schedule = options.schedule ?? atNextTick
    this.#mostFrames = options.mostFrames ?? messageFrames
  }

  /** The number of the last message. */
  get seq(): number {
    return this.#seq
  }

  add(type: number, id: number, meta?: Uint8Array, body?: Bytes, flags?: number): void {
    if (this.#packs.size > 0) this.#packs.delete(id)
    this.#add(outgoingFrame(type, id, meta, body, flags))
  }

  /** Adds items of a stream, as a pack: they share a frame with those that were added before in this turn. */
  addItems(id: number, pack: Bytes): void {
    const byteLength = sizeOf(pack)
    const open = this.#packs.get(id)
    if (open && this.#hasRoomIn(open, byteLength)) {
      open.body.push(...pack)
      open.byteLength += byteLength
      this.#byteLength += byteLength
      return
    }
    const frame = { ...outgoingFrame(frameType.yield, id, undefined, pack), body: [...pack] }
    if (this.#add(frame)) this.#packs.set(id, frame)
    else this.#packs.delete(id)
  }

  #hasRoomIn(frame: OutgoingFrame, byteLength: number): boolean {
    if (frame.byteLength + byteLength >= aloneBytes) return false
    return this.#byteLength + byteLength <= messageBytes
  }

  /** @returns whether it waits for the end of the turn. */
  #add(frame: OutgoingFrame): boolean {
    if (frame.byteLength >= aloneBytes) {
      this.#writePending()
      this.#writeAlone(frame)
      return false
    }
    if (this.#isFullFor(frame)) this.#writePending()
    this.#frames.push(frame)
    this.#byteLength += frame.byteLength
    this.schedule()
    return true
  }

  /** Has `flush` called at the end of this turn. */
  schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#schedule(this.#endTurn)
  }

  /** Writes what there is now. */
  flush(): void {
    this.#beforeFlush?.()
    this.#writePending()
  }

  /** Writes an acknowledgement, for want of frames that carry it. */
  acknowledge(): void {
    if (this.#frames.length > 0) {
      this.flush()
      return
    }
    const head = Buffer.allocUnsafe(messageHeaderBytes)
    writeMessageHeader(head, 0, 0, this.#ack())
    this.#write({ seq: 0, chunks: [head], byteLength: messageHeaderBytes })
  }

  readonly #endTurn = (): void => {
    this.#isScheduled = false
    this.flush()
  }

  #isFullFor(frame: OutgoingFrame): boolean {
    if (this.#frames.length === 0) return false
    return (
      this.#frames.length >= this.#mostFrames || this.#byteLength + frame.byteLength > messageBytes
    )
  }

  #writePending(): void {
    const frames = this.#frames
    if (frames.length === 0) return
    const byteLength = this.#byteLength
    this.#frames = []
    if (this.#packs.size > 0) this.#packs.clear()
    this.#byteLength = messageHeaderBytes
    const bytes = Buffer.allocUnsafe(byteLength)
    const seq = this.#header(bytes, frames.length)
    let at = messageHeaderBytes
    for (const frame of frames) at = writeFrame(bytes, at, frame)
    this.#write({ seq, chunks: [bytes], byteLength })
  }

  #writeAlone(frame: OutgoingFrame): void {
    const byteLength = messageHeaderBytes + frame.byteLength
    const bodyLength = frame.body.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    const head = Buffer.allocUnsafe(byteLength - bodyLength)
    const seq = this.#header(head, 1)
    writeFrameHead(head, messageHeaderBytes, frame)
    this.#write({ seq, chunks: [head, ...frame.body], byteLength })
  }

  #header(target: Buffer, frames: number): number {
    this.#seq = seqAfter(this.#seq)
    writeMessageHeader(target, frames, this.#seq, this.#ack())
    return this.#seq
  }
}

/**
 * After the code that runs now; where that is what goes on after a promise, after all others of those too, and those that
 * they let go on. To wait for these from elsewhere as well would take a promise of its own, for each write.
 */
function atNextTick(flush: () => void): void {
  process.nextTick(flush)
}
