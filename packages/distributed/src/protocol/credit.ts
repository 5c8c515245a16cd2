/** How much a consumer lets its producer send ahead. */
export interface Credit {
  readonly items: number
  readonly bytes: number
}

/** The producer's side of one stream: what it may still send. One item may go over the bytes, or a large one never went. */
export class CreditAccount {
  #items = 0
  #bytes = 0

  get mayYield(): boolean {
    return this.#items > 0 && this.#bytes > 0
  }

  grant({ items, bytes }: Credit): void {
    this.#items += items
    this.#bytes += bytes
  }

  spend(bytes: number): void {
    this.#items--
    this.#bytes -= bytes
  }
}

/** The consumer's side: what to grant again, told when half of the window is used up. */
export class CreditWindow {
  readonly #window: Credit
  #outstanding: { items: number; bytes: number } = { items: 0, bytes: 0 }
  #taken: { items: number; bytes: number }

  constructor(window: Credit) {
    this.#window = window
    this.#taken = { ...window }
  }

  /** An item came. @returns whether it was within what was granted. */
  arrived(bytes: number): boolean {
    const isCovered = this.#outstanding.items > 0 && this.#outstanding.bytes > 0
    this.#outstanding.items--
    this.#outstanding.bytes -= bytes
    return isCovered
  }

  /** The consumer took an item. */
  took(bytes: number): void {
    this.#taken.items++
    this.#taken.bytes += bytes
  }

  /** What to grant now. @param isWaiting the consumer has nothing left to take. */
  due(isWaiting: boolean): Credit | undefined {
    const { items, bytes } = this.#taken
    if (items === 0) return undefined
    const isHalf = items * 2 >= this.#window.items || bytes * 2 >= this.#window.bytes
    if (!isHalf && !isWaiting) return undefined
    this.#taken = { items: 0, bytes: 0 }
    this.#outstanding.items += items
    this.#outstanding.bytes += bytes
    return { items, bytes }
  }
}
