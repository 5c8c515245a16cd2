/** A text that is no literal; the message says what is wrong, and where. */
export class LiteralError extends Error {
  static {
    LiteralError.prototype.name = 'LiteralError'
  }

  constructor(reason: string, at: number) {
    super(`${reason} at column ${at + 1}`)
  }
}
