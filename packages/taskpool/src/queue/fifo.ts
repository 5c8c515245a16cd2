/** Values in the order they came. Taking one costs no move of the others. */
export class Fifo<T> {
  #values: (T | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#values.length - this.#head
  }

  push(value: T): void {
    this.#values.push(value)
  }

  /** Takes the oldest; only where `size > 0`. */
  shift(): T {
    const value = this.#values[this.#head] as T
    this.#values[this.#head++] = undefined
    // Half of it being holes, a copy costs no more than the pushes did.
    if (this.#head > 64 && this.#head * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#head)
      this.#head = 0
    }
    return value
  }
}
