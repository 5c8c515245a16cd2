/** A line is longer than allowed. */
export class LineTooLongError extends Error {
  static {
    LineTooLongError.prototype.name = 'LineTooLongError'
  }

  constructor(maxBytes: number) {
    super(`the line is longer than ${maxBytes} bytes`)
  }
}

const newline = 0x0a

/** Cuts a stream of bytes into lines of text, however it was cut before. */
export class LineReader {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #size = 0

  /** @param maxBytes of a line without its end; Infinity for no limit. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that `chunk` completes. @throws {LineTooLongError} after those before it were given. */
  *push(chunk: Buffer): Generator<string, void, undefined> {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#add(chunk.subarray(start, end))
      start = end + 1
      yield this.#take()
    }
    this.#add(chunk.subarray(start))
  }

  /** What came after the last end of a line. */
  rest(): string | undefined {
    return this.#size === 0 ? undefined : this.#take()
  }

  #add(part: Buffer): void {
    this.#size += part.length
    if (this.#size > this.#maxBytes) throw new LineTooLongError(this.#maxBytes)
    if (part.length > 0) this.#parts.push(part)
  }

  #take(): string {
    const text = Buffer.concat(this.#parts, this.#size).toString()
    this.#parts = []
    this.#size = 0
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }
}
