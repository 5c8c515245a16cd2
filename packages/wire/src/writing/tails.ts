/** What follows the head as it is, in the order in which the head refers to it. */
export class Tails {
  byteLength = 0
  readonly #tails: (Uint8Array | string)[] = []

  add(tail: Uint8Array | string, byteLength: number): void {
    this.#tails.push(tail)
    this.byteLength += byteLength
  }

  chunks(): Uint8Array[] {
    return this.#tails.map((tail) => (typeof tail === 'string' ? Buffer.from(tail) : tail))
  }
}
