import { type ItemSource, noItem } from './item-source.js'

/** An array, read as its own iterator would: what is appended meanwhile comes too. */
export class ArraySource implements ItemSource {
  isOver = false
  readonly #items: readonly unknown[]
  #next = 0

  constructor(items: readonly unknown[]) {
    this.#items = items
  }

  get isReady(): boolean {
    return !this.isOver
  }

  take(): unknown {
    const index = this.#next++
    if (index < this.#items.length) return this.#items[index]
    this.isOver = true
    return noItem
  }

  close(): void {
    this.isOver = true
  }
}
