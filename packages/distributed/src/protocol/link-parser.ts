import { readUint32, writeUint32 } from './little-endian.js'
import { isBad, type Message, parseMessage } from './message.js'
import type { OutgoingMessage } from './message-writer.js'

/** u32: how long the message behind it is. */
export const linkHeaderBytes = 4

/** The chunks of a message as a pipe carries them. @param message made with room for its length. */
export function linkChunks({ chunks, byteLength }: OutgoingMessage): OutgoingMessage['chunks'] {
  writeUint32(chunks[0], 0, byteLength)
  return chunks
}

/** Takes messages out of a byte stream, however it is cut. */
export class LinkParser {
  readonly #limit: number
  readonly #onMessage: (message: Message) => void
  readonly #header: Buffer = Buffer.alloc(linkHeaderBytes)
  /** Bytes that are there of the header, and then of the message. */
  #have = 0
  #message: Buffer | undefined
  #problem: string | undefined

  /** @param limit the largest message, in bytes. */
  constructor(limit: number, onMessage: (message: Message) => void) {
    this.#limit = limit
    this.#onMessage = onMessage
  }

  /** @returns why nothing more can be read, else `undefined`. Nothing is taken any more after a problem. */
  push(chunk: Buffer): string | undefined {
    let rest = chunk
    while (this.#problem === undefined && rest.byteLength > 0) {
      rest = this.#message ? this.#takeMessage(this.#message, rest) : this.#takeHeader(rest)
    }
    return this.#problem
  }

  #takeHeader(chunk: Buffer): Buffer {
    if (this.#have === 0) {
      const whole = this.#wholeMessage(chunk)
      if (whole) return whole
    }
    const count = Math.min(linkHeaderBytes - this.#have, chunk.byteLength)
    chunk.copy(this.#header, this.#have, 0, count)
    this.#have += count
    if (this.#have === linkHeaderBytes) this.#expect(readUint32(this.#header, 0))
    return chunk.subarray(count)
  }

  /** The usual case, without a copy: the chunk has all of the message. @returns what follows it. */
  #wholeMessage(chunk: Buffer): Buffer | undefined {
    if (chunk.byteLength < linkHeaderBytes) return undefined
    const size = readUint32(chunk, 0)
    const end = linkHeaderBytes + size
    if (size > this.#limit || chunk.byteLength < end) return undefined
    this.#parse(chunk.subarray(linkHeaderBytes, end))
    return chunk.subarray(end)
  }

  #expect(size: number): void {
    this.#have = 0
    if (size > this.#limit) {
      this.#problem = `A message of ${size} bytes was announced; the limit is ${this.#limit}.`
    } else if (size === 0) this.#problem = 'A message is empty.'
    else this.#message = Buffer.allocUnsafeSlow(size)
  }

  #takeMessage(message: Buffer, chunk: Buffer): Buffer {
    const count = Math.min(message.byteLength - this.#have, chunk.byteLength)
    chunk.copy(message, this.#have, 0, count)
    this.#have += count
    if (this.#have === message.byteLength) {
      this.#have = 0
      this.#message = undefined
      this.#parse(message)
    }
    return chunk.subarray(count)
  }

  #parse(bytes: Buffer): void {
    const message = parseMessage(bytes)
    if (isBad(message)) this.#problem = message.problem
    else this.#onMessage(message)
  }
}
