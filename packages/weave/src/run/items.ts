import { WeaveNotIterableError } from '../errors.js'

/** Items that are there: `advance()` moves to the next one, `current` is it. */
export interface SyncItems {
  readonly isAsync: false
  readonly current: unknown
  /** How many there are, where that is known. */
  readonly count: number | undefined
  advance(): boolean
  /** No more is wanted. */
  close(): void
}

/** Items that arrive. */
export interface AsyncItems {
  readonly isAsync: true
  readonly current: unknown
  readonly count: undefined
  advance(): Promise<boolean>
  close(): void
}

/** Iterators that can be walked once only, and were. */
const usedUp = new WeakSet<object>()

/** The items behind `source`. @throws {WeaveNotIterableError} there are none. */
export function itemsOf(
  source: unknown,
  task: string,
  sourceName: string | undefined,
): SyncItems | AsyncItems {
  if (Array.isArray(source)) return new ArrayItems(source)
  const iterable = source as Partial<Iterable<unknown> & AsyncIterable<unknown>>
  if (typeof source === 'object' && source !== null) {
    if (typeof iterable[Symbol.asyncIterator] === 'function') {
      const iterator = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]()
      return new ArrivingItems(fresh(iterator, source, task, sourceName))
    }
    if (typeof iterable[Symbol.iterator] === 'function') {
      const iterator = (source as Iterable<unknown>)[Symbol.iterator]()
      return new IteratedItems(fresh(iterator, source, task, sourceName))
    }
  }
  throw new WeaveNotIterableError(task, sourceName, `is ${described(source)}, not an iterable`)
}

/** An iterator that is its own iterable, as generator objects are, gives its items once. */
function fresh<I extends object>(
  iterator: I,
  source: object,
  task: string,
  sourceName: string | undefined,
): I {
  if (iterator !== source) return iterator
  if (usedUp.has(source)) {
    throw new WeaveNotIterableError(task, sourceName, 'can be read once only, and was')
  }
  usedUp.add(source)
  return iterator
}

class ArrayItems implements SyncItems {
  readonly isAsync = false
  readonly #list: readonly unknown[]
  readonly count: number
  #position = -1

  constructor(list: readonly unknown[]) {
    this.#list = list
    this.count = list.length
  }

  get current(): unknown {
    return this.#list[this.#position]
  }

  advance(): boolean {
    return ++this.#position < this.count
  }

  close(): void {}
}

class IteratedItems implements SyncItems {
  readonly isAsync = false
  readonly count = undefined
  readonly #iterator: Iterator<unknown>
  #isDone = false
  current: unknown

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator
  }

  advance(): boolean {
    // One that throws is over, and not closed on top of it.
    this.#isDone = true
    const { done, value } = this.#iterator.next()
    this.current = value
    this.#isDone = Boolean(done)
    return !this.#isDone
  }

  close(): void {
    if (this.#isDone) return
    this.#isDone = true
    try {
      this.#iterator.return?.()
    } catch {
      // The failure that closes it is the one that counts.
    }
  }
}

class ArrivingItems implements AsyncItems {
  readonly isAsync = true
  readonly count = undefined
  readonly #iterator: AsyncIterator<unknown>
  #isDone = false
  current: unknown

  constructor(iterator: AsyncIterator<unknown>) {
    this.#iterator = iterator
  }

  async advance(): Promise<boolean> {
    try {
      const { done, value } = await this.#iterator.next()
      this.current = value
      if (done) this.#isDone = true
      return !done
    } catch (error) {
      this.#isDone = true
      throw error
    }
  }

  close(): void {
    if (this.#isDone) return
    this.#isDone = true
    // The failure that closes it is the one that counts.
    void (async () => this.#iterator.return?.())().catch(() => {})
  }
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
