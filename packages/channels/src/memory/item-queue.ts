/** First in, first out, in a ring that doubles when it is full. */
export class ItemQueue<T> {
  #slots: (T | undefined)[] = new Array(8)
  #head = 0
  size = 0

  push(item: T): void {
    if (this.size === this.#slots.length) this.#grow()
    this.#slots[(this.#head + this.size) & (this.#slots.length - 1)] = item
    this.size++
  }

  /** The oldest item. Only to be called where `size` is above 0, as an item may be `undefined`. */
  shift(): T {
    const item = this.#slots[this.#head] as T
    this.#slots[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#slots.length - 1)
    this.size--
    return item
  }

  clear(): void {
    this.#slots = new Array(8)
    this.#head = this.size = 0
  }

  /** The capacity stays a power of two, so that a mask wraps an index. */
  #grow(): void {
    const grown = new Array<T | undefined>(this.#slots.length * 2)
    for (let index = 0; index < this.size; index++) {
      grown[index] = this.#slots[(this.#head + index) & (this.#slots.length - 1)]
    }
    this.#slots = grown
    this.#head = 0
  }
}
