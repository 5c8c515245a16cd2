/** What stands in a queue of its session. */
export interface Queued {
  readonly priority: number
}

/** The waiting calls of one session: higher priorities first, then in the order in which they came. */
export class SessionQueue<T extends Queued> {
  readonly #byPriority = new Map<number, Set<T>>()
  /** Descending. */
  #priorities: number[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(item: T): void {
    let queue = this.#byPriority.get(item.priority)
    if (queue === undefined) {
      queue = new Set()
      this.#byPriority.set(item.priority, queue)
      this.#priorities = [...this.#byPriority.keys()].sort((one, other) => other - one)
    }
    queue.add(item)
    this.#size++
  }

  /** @returns whether it stood here. */
  delete(item: T): boolean {
    const queue = this.#byPriority.get(item.priority)
    if (!queue?.delete(item)) return false
    this.#size--
    if (queue.size > 0) return true
    this.#byPriority.delete(item.priority)
    this.#priorities = this.#priorities.filter((one) => one !== item.priority)
    return true
  }

  take(): T | undefined {
    const highest = this.#priorities[0]
    if (highest === undefined) return undefined
    const first = this.#byPriority.get(highest)?.values().next().value
    if (first !== undefined) this.delete(first)
    return first
  }
}

/**
 * Takes the sessions in turn, one call of each: a flood from one delays the others by a call each, not by its backlog.
 */
export class FairQueue<T extends Queued> {
  /** Those that have something waiting, whose turn is next first. */
  readonly #turns = new Set<SessionQueue<T>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(queue: SessionQueue<T>, item: T): void {
    queue.add(item)
    this.#turns.add(queue)
    this.#size++
  }

  delete(queue: SessionQueue<T>, item: T): boolean {
    if (!queue.delete(item)) return false
    this.#size--
    if (queue.size === 0) this.#turns.delete(queue)
    return true
  }

  take(): T | undefined {
    const queue = this.#turns.values().next().value
    const item = queue?.take()
    if (queue === undefined || item === undefined) return undefined
    this.#size--
    this.#turns.delete(queue)
    if (queue.size > 0) this.#turns.add(queue)
    return item
  }
}
