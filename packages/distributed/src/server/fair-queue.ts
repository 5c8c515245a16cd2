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
    const level = this.#levels.find((one) => isOf(one, item))
    const items = level?.byOwner.get(item.owner)
    if (!level || !items?.delete(item)) return false
    this.#size--
    if (items.size === 0) this.#leave(item, level)
    return true
  }

  take(): T | undefined {
    const item = this.first
    if (item === undefined) return undefined
    const { byOwner } = this.#levels[0] as Level<T>
    this.delete(item)
    const items = byOwner.get(item.owner)
    // Its owner's next turn comes after those of all others.
    if (items && byOwner.size > 1) {
      byOwner.delete(item.owner)
      byOwner.set(item.owner, items)
    }
    return item
  }

  #levelOf(item: T): Level<T> {
    const { depth, priority } = item
    const at = this.#levels.findIndex((one) => !isBefore(one, item))
    const next = this.#levels[at]
    if (next && isOf(next, item)) return next
    const made: Level<T> = { depth, priority, byOwner: new Map() }
    this.#levels.splice(at < 0 ? this.#levels.length : at, 0, made)
    return made
  }

  #leave({ owner }: T, level: Level<T>): void {
    level.byOwner.delete(owner)
    if (level.byOwner.size === 0) this.#levels.splice(this.#levels.indexOf(level), 1)
  }
}

type Rank = Pick<Queued, 'depth' | 'priority'>

function isOf(level: Rank, item: Rank): boolean {
  return level.depth === item.depth && level.priority === item.priority
}

function isBefore(level: Rank, item: Rank): boolean {
  return level.depth === item.depth ? level.priority > item.priority : level.depth > item.depth
}
