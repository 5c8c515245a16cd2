import { type Member, Roster } from './roster.js'

/** A place in a `Line`. Whoever stands there only declares the links, so that joining allocates nothing. */
export interface Place extends Member {
  /** Called with a slot in hand, after the place has left the line. Must not throw. */
  enter(): void
}

const alreadyResolved = Promise.resolve()

/** The places of one depth and priority. */
class PlaceList extends Roster {
  readonly priority: number
  readonly depth: number

  constructor(line: Line, priority: number, depth: number) {
    super(line)
    this.priority = priority
    this.depth = depth
  }
}

/**
 * The line of waiting work with its slots: at most `size` hold one, the others wait; first in, first out
 * among equal priorities, higher priorities first, and before that whatever is nested deeper, where its `depth` is told.
 * The limit can change at any time.
 *
 * Nobody enters inside `join`: the first entries follow in a microtask. A slot given back passes on at once.
 */
export class Line {
  #size: number
  #running = 0
  #waiting = 0
  #isScheduled = false
  #isDraining = false
  /** Deepest first, then highest priority first; the list of depth and priority 0 is always there. */
  readonly #lists: PlaceList[] = [new PlaceList(this, 0, 0)]
  readonly #onChange: (() => void) | undefined
  readonly #drainLater = (): void => {
    this.#isScheduled = false
    this.#drain()
  }

  /** @param onChange called after each change of `running`, `waiting` or `size` that can help somebody who waits. */
  constructor(size: number, onChange?: () => void) {
    this.#size = size
    this.#onChange = onChange
  }

  get size(): number {
    return this.#size
  }

  set size(size: number) {
    this.#size = size
    this.#schedule()
    this.#onChange?.()
  }

  /** Slots in use. */
  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting
  }

  get hasRoom(): boolean {
    return this.#running < this.#size
  }

  /** Slots that nobody holds. */
  get freeSlots(): number {
    return Math.max(this.#size - this.#running, 0)
  }

  /** Whether one more would be past the limit. Who starts in this turn does not count as waiting. */
  isFull(queueLimit: number): boolean {
    return this.#waiting - this.freeSlots >= queueLimit
  }

  /** Whether one more can start, or where waiting is limited, can wait. */
  hasRoomFor(queueLimit: number): boolean {
    if (queueLimit === Number.POSITIVE_INFINITY) return this.#waiting < this.freeSlots
    return !this.isFull(queueLimit)
  }

  /** Whether `place` waits alone and would get the next slot that is given back: its holder may keep it for the place. */
  isAlone(place: Place): boolean {
    return this.#waiting === 1 && place.list?.owner === this && this.#running <= this.#size
  }

  /** Whoever would enter next. */
  get first(): Place | undefined {
    for (const list of this.#lists) if (list.head !== undefined) return list.head as Place
    return undefined
  }

  /** Stands at the end of the line of its depth and priority. */
  join(place: Place, priority = 0, depth = 0): void {
    this.#listOf(priority, depth).append(place)
    this.#waiting++
    this.#schedule()
  }

  /** Stands before all others of its depth and priority: for work that comes back, or whose turn it already was. */
  joinFront(place: Place, priority = 0, depth = 0): void {
    this.#listOf(priority, depth).prepend(place)
    this.#waiting++
    this.#schedule()
  }

  /** Takes a place out of the line in O(1). @returns whether it stood there. */
  leave(place: Place): boolean {
    if (place.list?.owner !== this) return false
    this.#unlink(place)
    this.#onChange?.()
    return true
  }

  /** Takes a slot at once, unless somebody waits or there is none. */
  tryEnter(): boolean {
    if (this.#waiting > 0 || this.#running >= this.#size) return false
    this.#running++
    return true
  }

  /** Gives a slot back; the next in line gets it before this returns. */
  release(): void {
    this.#running--
    if (this.#waiting > 0) this.#drain()
    this.#onChange?.()
  }

  /** Something else has changed that may help somebody who waits. */
  changed(): void {
    this.#onChange?.()
  }

  /** The places in the order they would enter. */
  *[Symbol.iterator](): Generator<Place, void, undefined> {
    for (const list of [...this.#lists]) yield* list as Iterable<Place>
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting === 0 || this.#running >= this.#size) return
    this.#isScheduled = true
    // Not queueMicrotask: Node wraps each of those in an async resource of its own.
    void alreadyResolved.then(this.#drainLater)
  }

  #drain(): void {
    // A body that ends inside enter() comes back here by release(): the outer loop goes on, the stack stays flat.
    if (this.#isDraining) return
    this.#isDraining = true
    try {
      while (this.#running < this.#size) {
        const place = this.first
        if (place === undefined) break
        this.#unlink(place)
        this.#running++
        place.enter()
      }
    } finally {
      this.#isDraining = false
    }
  }

  #unlink(place: Place): void {
    const list = place.list as PlaceList
    list.remove(place)
    this.#waiting--
    if (list.head === undefined && (list.priority !== 0 || list.depth !== 0))
      this.#lists.splice(this.#lists.indexOf(list), 1)
  }

  #listOf(priority: number, depth: number): PlaceList {
    const lists = this.#lists
    let index = 0
    for (; index < lists.length; index++) {
      const list = lists[index] as PlaceList
      if (list.depth === depth && list.priority === priority) return list
      if (list.depth < depth || (list.depth === depth && list.priority < priority)) break
    }
    const made = new PlaceList(this, priority, depth)
    lists.splice(index, 0, made)
    return made
  }
}
