/** Words of the memory: items that were granted since the beginning, and whether the producer sleeps. */
const grantedAt = 0
const sleepsAt = 1
const wordCount = 2

/**
 * How many items the producer of a stream may make, in shared memory: as long as it does not run out of them it sees grants
 * without a message for each, which would cost as much as the items.
 */
abstract class CreditEnd {
  readonly memory: SharedArrayBuffer
  protected readonly words: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.words = new Int32Array(memory)
  }
}

/** The consumer's end. */
export class Grants extends CreditEnd {
  /** @returns whether the producer sleeps and has to be told; it counts as awake then. */
  add(items: number): boolean {
    Atomics.add(this.words, grantedAt, items)
    return Atomics.load(this.words, sleepsAt) === 1 && this.#wakes()
  }

  #wakes(): boolean {
    return Atomics.exchange(this.words, sleepsAt, 0) === 1
  }
}

/** The producer's end. */
export class Credit extends CreditEnd {
  #seen = 0

  constructor() {
    super(new SharedArrayBuffer(wordCount * Int32Array.BYTES_PER_ELEMENT))
  }

  /** What was granted since this was asked last. */
  take(): number {
    const granted = Atomics.load(this.words, grantedAt)
    const items = (granted - this.#seen) | 0
    this.#seen = granted
    return items
  }

  /** From now on a consumer has to tell of grants. @returns whether that is so: `false` when there was one meanwhile. */
  sleep(): boolean {
    Atomics.store(this.words, sleepsAt, 1)
    if (Atomics.load(this.words, grantedAt) === this.#seen) return true
    // Whoever has seen us asleep since then has sent a message.
    return Atomics.exchange(this.words, sleepsAt, 0) === 0
  }
}
