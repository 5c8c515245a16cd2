import { nextTick } from 'node:process'
import type { Bytes } from '@conc/core/internal'
import { frameBytes, frameHeaderBytes, noBytes, writeFrameHead } from './frame.js'
import { FrameBatch } from './frame-batch.js'
import { frameType } from './frame-types.js'
import { sizeOf } from './item-pack.js'
import { aloneBytes, messageBytes, messageFrames } from './limits.js'
import { messageHeaderBytes, writeMessageHeader } from './message.js'
import { type Plain, plainBytes } from './plain.js'
import { seqAfter } from './sequence.js'

/** One write. The chunks in a row are the message, behind the room that was asked for; only those of a large body are not new. */
export interface OutgoingMessage {
  readonly seq: number
  readonly chunks: readonly [head: Buffer, ...body: Bytes]
  /** Of the message, without the room before it. */
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
  /** Bytes of room before each message, for whoever writes it; default 0. */
  readonly room?: number
}

/** Items of a stream that share a frame, added when something else is said of the stream, or at the end of the turn. */
interface OpenPack {
  readonly items: Uint8Array[]
  /** Of the frame. */
  byteLength: number
}

const noChunks: Bytes = []
const mostPlain = frameHeaderBytes + plainBytes

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
  readonly #room: number
  readonly #batch: FrameBatch
  /** By stream. */
  readonly #packs = new Map<number, OpenPack>()
  /** Of all of them. */
  #packedBytes = 0
  #seq = 0
  #isScheduled = false

  constructor(write: (message: OutgoingMessage) => void, options: WriterOptions = {}) {
    this.#write = write
    this.#ack = options.ack ?? (() => 0)
    this.#beforeFlush = options.beforeFlush
    this.#schedule = options.schedule ?? atNextTick
    this.#mostFrames = options.mostFrames ?? messageFrames
    this.#room = options.room ?? 0
    this.#batch = new FrameBatch(this.#room + messageHeaderBytes)
  }

  /** The number of the last message. */
  get seq(): number {
    return this.#seq
  }

  add(
    type: number,
    id: number,
    meta: Uint8Array = noBytes,
    body: Bytes = noChunks,
    flags = 0,
  ): void {
    if (this.#packs.size > 0) this.#closePack(id)
    const byteLength = frameBytes(meta, body)
    if (byteLength >= aloneBytes) {
      this.#writePending()
      this.#writeAlone(type, id, meta, body, flags, byteLength)
      return
    }
    if (this.#isFullFor(byteLength)) this.#writePending()
    this.#batch.add(type, id, meta, body, flags, byteLength)
    this.schedule()
  }

  /** The same with a value for a body, of which no chunk is made. */
  addPlain(type: number, id: number, value: Plain): void {
    if (this.#packs.size > 0) this.#closePack(id)
    if (this.#isFullFor(mostPlain)) this.#writePending()
    this.#batch.addPlain(type, id, value, mostPlain)
    this.schedule()
  }

  /** Adds items of a stream, as a pack: they share a frame with those that were added before in this turn. */
  addItems(id: number, pack: Bytes): void {
    const byteLength = sizeOf(pack)
    const open = this.#packs.get(id)
    if (open && open.byteLength + byteLength < aloneBytes && !this.#isFullFor(byteLength)) {
      open.items.push(...pack)
      open.byteLength += byteLength
      this.#packedBytes += byteLength
      return
    }
    this.#openPack(id, pack, frameHeaderBytes + byteLength)
  }

  #openPack(id: number, pack: Bytes, byteLength: number): void {
    if (byteLength >= aloneBytes) {
      this.add(frameType.yield, id, noBytes, pack)
      return
    }
    this.#closePack(id)
    if (this.#isFullFor(byteLength)) this.#writePending()
    this.#packs.set(id, { items: [...pack], byteLength })
    this.#packedBytes += byteLength
    this.schedule()
  }

  /** Something else is said of the stream: its items come before. */
  #closePack(id: number): void {
    const pack = this.#packs.get(id)
    if (pack === undefined) return
    this.#packs.delete(id)
    this.#addPack(id, pack)
  }

  #addPack(id: number, { items, byteLength }: OpenPack): void {
    this.#packedBytes -= byteLength
    this.#batch.add(frameType.yield, id, noBytes, items, 0, byteLength)
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
    if (!this.#isEmpty) {
      this.flush()
      return
    }
    const head = Buffer.allocUnsafe(this.#room + messageHeaderBytes)
    writeMessageHeader(head, this.#room, 0, 0, this.#ack())
    this.#write({ seq: 0, chunks: [head], byteLength: messageHeaderBytes })
  }

  readonly #endTurn = (): void => {
    this.#isScheduled = false
    this.flush()
  }

  get #isEmpty(): boolean {
    return this.#batch.frames === 0 && this.#packs.size === 0
  }

  #isFullFor(byteLength: number): boolean {
    if (this.#isEmpty) return false
    const waiting = this.#batch.byteLength + this.#packedBytes
    const frames = this.#batch.frames + this.#packs.size
    return frames >= this.#mostFrames || waiting + byteLength > messageBytes
  }

  #writePending(): void {
    if (this.#isEmpty) return
    if (this.#packs.size > 0) {
      for (const [id, pack] of this.#packs) this.#addPack(id, pack)
      this.#packs.clear()
    }
    const { frames } = this.#batch
    const bytes = this.#batch.take()
    const seq = this.#header(bytes, frames)
    this.#write({ seq, chunks: [bytes], byteLength: bytes.length - this.#room })
  }

  #writeAlone(
    type: number,
    id: number,
    meta: Uint8Array,
    body: Bytes,
    flags: number,
    byteLength: number,
  ): void {
    const frameAt = this.#room + messageHeaderBytes
    const head = Buffer.allocUnsafe(frameAt + frameHeaderBytes + meta.byteLength)
    const seq = this.#header(head, 1)
    writeFrameHead(head, frameAt, type, id, meta, flags, byteLength)
    this.#write({ seq, chunks: [head, ...body], byteLength: messageHeaderBytes + byteLength })
  }

  #header(target: Buffer, frames: number): number {
    this.#seq = seqAfter(this.#seq)
    writeMessageHeader(target, this.#room, frames, this.#seq, this.#ack())
    return this.#seq
  }
}

/**
 * After the code that runs now; where that is what goes on after a promise, after all others of those too, and those that
 * they let go on. To wait for these from elsewhere as well would take a promise of its own, for each write.
 */
function atNextTick(flush: () => void): void {
  nextTick(flush)
}
