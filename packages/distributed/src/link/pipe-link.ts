import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { Bytes } from '@conc/core/internal'
import type { Frame } from '../protocol/frame.js'
import { largestMessage, unsentBytes } from '../protocol/limits.js'
import { LinkParser, linkChunks, linkHeaderBytes } from '../protocol/link-parser.js'
import { MessageWriter, type OutgoingMessage } from '../protocol/message-writer.js'

/**
 * One pipe for each direction: whoever writes to a process that has just died loses that pipe, and with a common one
 * what the process said last.
 */
export interface LinkPipes {
  readonly input: Socket
  readonly output: Socket
}

/** Told what comes over a link. */
export interface LinkListener {
  receive(frame: Frame): void
  /** All frames that came together have been told. */
  turnOver?(): void
  /** Called before what was collected in this turn is written. */
  beforeWrite?(): void
}

const nothing = Buffer.alloc(0)
/** Both sides work at the same time, as long as one does not wait for all that the other has to say. */
const framesAhead = 128
/** Below it a copy costs less than a second chunk. */
const smallBytes = 16 * 1024

/** The pipes between a pool and one of its workers, as frames. */
export class PipeLink {
  readonly #input: Socket
  readonly #output: Socket
  readonly #writer: MessageWriter
  readonly #parser: LinkParser
  readonly #listener: LinkListener
  readonly #fd: number | undefined
  #problem: string | undefined

  /**
   * @param maxPayloadBytes the largest argument list, result or item.
   * @param fd of the output, where it is known.
   */
  constructor(
    { input, output }: LinkPipes,
    maxPayloadBytes: number,
    listener: LinkListener,
    fd?: number,
  ) {
    this.#fd = fd
    this.#input = input
    this.#output = output
    this.#listener = listener
    this.#parser = new LinkParser(largestMessage(maxPayloadBytes), ({ frames }) => {
      for (const frame of frames) listener.receive(frame)
    })
    this.#writer = new MessageWriter((message) => this.#write(message), {
      beforeFlush: () => listener.beforeWrite?.(),
      mostFrames: framesAhead,
      room: linkHeaderBytes,
    })
    input.on('data', (chunk: Buffer) => this.#read(chunk))
    // What an error means is told by the end that follows it.
    input.on('error', () => {})
    output.on('error', () => {})
  }

  /** Why nothing more can be read from the other side. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Whether more is written than the other side takes. */
  get isBehind(): boolean {
    return this.#output.writableLength > unsentBytes
  }

  /** Writes a frame at the end of this turn; a large one at once. */
  add(type: number, id: number, meta?: Uint8Array, body?: Bytes, flags?: number): void {
    this.#writer.add(type, id, meta, body, flags)
  }

  /** Writes items of a stream, as a pack, at the end of this turn. */
  addItems(id: number, pack: Bytes): void {
    this.#writer.addItems(id, pack)
  }

  /** Writes what was collected now. */
  flush(): void {
    this.#writer.flush()
  }

  /** Calls `then` once all that was written has left this process; at once, where it has. */
  afterWrite(then: () => void): void {
    if (this.#output.writableLength === 0) then()
    else this.#output.write(nothing, (error) => error ?? then())
  }

  /** Nothing more is read or written. */
  destroy(): void {
    this.#input.destroy()
    this.#output.destroy()
  }

  #read(chunk: Buffer): void {
    const problem = this.#parser.push(chunk)
    this.#listener.turnOver?.()
    if (problem === undefined) return
    this.#problem = problem
    this.destroy()
  }

  #write(message: OutgoingMessage): void {
    const output = this.#output
    if (!output.writable) return
    const chunks = linkChunks(message)
    const isSmall = message.byteLength < smallBytes
    if (chunks.length === 1) this.#writeChunk(chunks[0])
    else if (isSmall) this.#writeChunk(Buffer.concat(chunks, message.byteLength + linkHeaderBytes))
    else {
      output.cork()
      for (const chunk of chunks) output.write(chunk)
      output.uncork()
    }
  }

  /** Straight into the pipe where nothing waits before it: half of what a stream's write costs. */
  #writeChunk(chunk: Uint8Array): void {
    const fd = this.#fd
    if (fd === undefined || this.#output.writableLength > 0) {
      this.#output.write(chunk)
      return
    }
    const written = writtenNow(fd, chunk)
    if (written < chunk.byteLength) this.#output.write(chunk.subarray(written))
  }
}

/** How much of it went into the pipe at once; 0 where that is full, or broken, which the socket will tell. */
function writtenNow(fd: number, chunk: Uint8Array): number {
  try {
    return writeSync(fd, chunk)
  } catch {
    return 0
  }
}
