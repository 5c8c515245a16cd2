/** What waits for its turn. */
export interface Queued {
  readonly priority: number
  /** Whose it is. */
  readonly owner: object
}

/** What waits with one priority: by its owner, whose turn is next first, in the order in which it came. */
type Level<T> = Map<object, Set<T>>

/**
 * Higher priorities first, whoever has them. Among equals it takes the owners in turn, one item of each: a flood from one
 * delays the others by an item each, not by its backlog.
 */
export class FairQueue<T extends Queued> {
  readonly #levels = new Map<number, Level<T>>()
  /** Of the levels, descending. */
  #priorities: number[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(item: T): void {
    const level = this.#levelOf(item.priority)
    const items = level.get(item.owner)
    if (items) items.add(item)
    else level.set(item.owner, new Set([item]))
    this.#size++
  }

  /** @returns whether it stood here. */
  delete(item: T): boolean {
    const level = this.#levels.get(item.priority)
    const items = level?.get(item.owner)
    if (!level || !items?.delete(item)) return false
    this.#size--
    if (items.size === 0) this.#leave(item, level)
    return true
  }

  take(): T | undefined {
    const level = this.#levels.get(this.#priorities[0] as number)
    const items = level?.values().next().value
    const item = items?.values().next().value
    if (!level || !items || item === undefined) return undefined
    this.delete(item)
    // Its owner's next turn comes after those of all others.
    if (items.size > 0 && level.size > 1) {
      level.delete(item.owner)
      level.set(item.owner, items)
    }
    return item
  }

  #levelOf(priority: number): Level<T> {
    const known = this.#levels.get(priority)
    if (known) return known
    const made: Level<T> = new Map()
    this.#levels.set(priority, made)
    this.#priorities = [...this.#levels.keys()].sort((one, other) => other - one)
    return made
  }

  #leave({ owner, priority }: T, level: Level<T>): void {
    level.delete(owner)
    if (level.size > 0) return
    this.#levels.delete(priority)
    this.#priorities = this.#priorities.filter((one) => one !== priority)
  }
}
