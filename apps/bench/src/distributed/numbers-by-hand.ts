/** So many more items; where a stream begins, of the numbers below `count`. */
export interface Asked {
  readonly grant: number
  readonly count?: number
}

/** Items of one turn, or the end. */
export type Told = readonly number[] | null

/** A generator's end of a stream by hand: pulls as far as it may, and tells what came in a turn as one list. */
export class PulledNumbers {
  readonly #tell: (told: Told) => void
  #numbers: AsyncGenerator<number> | undefined
  #granted = 0
  #isPulling = false
  #items: number[] = []

  constructor(tell: (told: Told) => void) {
    this.#tell = tell
  }

  asked({ grant, count }: Asked): void {
    if (count !== undefined) {
      this.#numbers = numbersBelow(count)
      this.#granted = 0
    }
    this.#granted += grant
    if (!this.#isPulling && this.#numbers) void this.#pull(this.#numbers)
  }

  async #pull(numbers: AsyncGenerator<number>): Promise<void> {
    this.#isPulling = true
    for (; this.#granted > 0; this.#granted--) {
      const { done, value } = await numbers.next()
      if (done) {
        this.#end()
        break
      }
      if (this.#items.push(value) === 1) setImmediate(() => this.#flush())
    }
    this.#isPulling = false
  }

  #end(): void {
    this.#flush()
    this.#tell(null)
    this.#numbers = undefined
  }

  #flush(): void {
    if (this.#items.length === 0) return
    this.#tell(this.#items)
    this.#items = []
  }
}

/** The consumer's end: lets the other be `window` items ahead, and says so again when half of them are used. */
export class ToldNumbers {
  readonly #ask: (asked: Asked) => void
  readonly #window: number
  readonly #arrived: Told[] = []
  #wake: (() => void) | undefined

  constructor(ask: (asked: Asked) => void, window: number) {
    this.#ask = ask
    this.#window = window
  }

  told(told: Told): void {
    this.#arrived.push(told)
    this.#wake?.()
  }

  async *below(count: number): AsyncGenerator<number, void, undefined> {
    this.#ask({ grant: this.#window, count })
    let used = 0
    for (let items = await this.#next(); items !== null; items = await this.#next()) {
      for (const item of items) {
        if (++used * 2 >= this.#window) {
          this.#ask({ grant: used })
          used = 0
        }
        yield item
      }
    }
  }

  async #next(): Promise<Told> {
    while (this.#arrived.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#arrived.shift() as Told
  }
}

async function* numbersBelow(count: number): AsyncGenerator<number, void, undefined> {
  for (let number = 0; number < count; number++) yield number
}
