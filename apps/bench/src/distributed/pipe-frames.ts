import { unpack } from 'msgpackr'

const headerBytes = 4

/** u32 length, then the message. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + message.byteLength)
  frame.writeUInt32LE(message.byteLength, 0)
  frame.set(message, headerBytes)
  return frame
}

/** Takes messages out of chunks. */
export class FrameReader {
  readonly #take: (message: unknown) => void
  #rest: Buffer = Buffer.alloc(0)

  constructor(take: (message: unknown) => void) {
    this.#take = take
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.byteLength === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (bytes.byteLength - at >= headerBytes) {
      const end = at + headerBytes + bytes.readUInt32LE(at)
      if (end > bytes.byteLength) break
      this.#take(unpack(bytes.subarray(at + headerBytes, end)))
      at = end
    }
    this.#rest = bytes.subarray(at)
  }
}
