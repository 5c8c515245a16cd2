/** What waits for its turn. */
export interface Queued {
  /** Calls above it. */
  readonly depth: number
  readonly priority: number
  /** Whose it is. */
  readonly owner: object
}

/** What waits with one depth and priority: by its owner, whose turn is next first, in the order in which it came. */
interface Level<T> {
  readonly depth: number
  readonly priority: number
  readonly byOwner: Map<object, Set<T>>
}

/**
 * Whatever is nested deeper first, then higher priorities, whoever has them. Among equals it takes the owners in turn, one
 * item of each: a flood from one delays the others by an item each, not by its backlog.
 */
export class FairQueue<T extends Queued> {
  /** In their order. There are few. */
  readonly #levels: Level<T>[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Whose turn it is. */
  get first(): T | undefined {
    const items = this.#levels[0]?.byOwner.values().next().value
    return items?.values().next().value
  }

  add(item: T): void {
    const { byOwner } = this.#levelOf(item)
    const items = byOwner.get(item.owner)
    if (items) items.add(item)
    else byOwner.set(item.owner, new Set([item]))
    this.#size++
  }

  /** @returns whether it stood here. */
  delete(item: T): boolean {
    const level = this.#levels[this.#placeOf(item)]
    return level !== undefined && isOf(level, item) && this.#remove(item, level)
  }

  take(): T | undefined {
    const item = this.first
    if (item === undefined) return undefined
    const level = this.#levels[0] as Level<T>
    const { byOwner } = level
    this.#remove(item, level)
    const items = byOwner.get(item.owner)
    // Its owner's next turn comes after those of all others.
    if (items && byOwner.size > 1) {
      byOwner.delete(item.owner)
      byOwner.set(item.owner, items)
    }
    return item
  }

  #levelOf(item: T): Level<T> {
    const place = this.#placeOf(item)
    const there = this.#levels[place]
    if (there && isOf(there, item)) return there
    const { depth, priority } = item
    const made: Level<T> = { depth, priority, byOwner: new Map() }
    this.#levels.splice(place, 0, made)
    return made
  }

  /** Where its level stands, or would. */
  #placeOf(item: T): number {
    let place = 0
    for (const level of this.#levels) {
      if (!isBefore(level, item)) break
      place++
    }
    return place
  }

  #remove(item: T, level: Level<T>): boolean {
    const { byOwner } = level
    const items = byOwner.get(item.owner)
    if (!items?.delete(item)) return false
    this.#size--
    if (items.size === 0) byOwner.delete(item.owner)
    if (byOwner.size === 0) this.#levels.splice(this.#levels.indexOf(level), 1)
    return true
  }
}

type Rank = Pick<Queued, 'depth' | 'priority'>

function isOf(level: Rank, item: Rank): boolean {
  return level.depth === item.depth && level.priority === item.priority
}

function isBefore(level: Rank, item: Rank): boolean {
  return level.depth === item.depth ? level.priority > item.priority : level.depth > item.depth
}
