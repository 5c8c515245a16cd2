const slots = 1024
/** A cache line for each number. */
const perSlot = 8

/** Numbers in shared memory and nothing else: one thread writes, one reads, nobody sleeps. The floor of all streams. */
export class NumberRing {
  static readonly bytes: number = (2 + slots) * perSlot * 8
  readonly #numbers: Float64Array
  readonly #counts: Int32Array
  #at = 0

  constructor(buffer: SharedArrayBuffer) {
    this.#numbers = new Float64Array(buffer)
    this.#counts = new Int32Array(buffer)
  }

  put(value: number): boolean {
    if (((this.#at - Atomics.load(this.#counts, 16)) | 0) >= slots) return false
    this.#numbers[(2 + (this.#at & (slots - 1))) * perSlot] = value
    this.#at = (this.#at + 1) | 0
    Atomics.store(this.#counts, 0, this.#at)
    return true
  }

  get(): number | undefined {
    if (this.#at === Atomics.load(this.#counts, 0)) return undefined
    const value = this.#numbers[(2 + (this.#at & (slots - 1))) * perSlot]
    this.#at = (this.#at + 1) | 0
    Atomics.store(this.#counts, 16, this.#at)
    return value
  }
}
