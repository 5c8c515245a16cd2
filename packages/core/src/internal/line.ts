/**
 * A place in a `Line`. The links are the line's own: whoever stands in it only declares them,
 * so that joining allocates nothing and leaving costs the same from anywhere.
 */
export interface Place {
  /** Set by the line: the list it stands in, `undefined` outside. */
  list: PlaceList | undefined
  next: Place | undefined
  prev: Place | undefined
  /** Called with a slot in hand, after the place has left the line. Must not throw. */
  enter(): void
}

interface PlaceList {
  readonly priority: number
  head: Place | undefined
  tail: Place | undefined
}

/**
 * The line of waiting work with its slots: at most `size` hold one, the others wait; first in, first out
 * among equal priorities, higher priorities first. The limit can change at any time.
 *
 * Nobody enters inside `join`: the first entries follow in a microtask. A slot given back passes on at once.
 */
export class Line {
  #size: number
  #running = 0
  #waiting = 0
  #isScheduled = false
  #isDraining = false
  /** Highest priority first; the list of priority 0 is always there. */
  readonly #lists: PlaceList[] = [{ priority: 0, head: undefined, tail: undefined }]
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

  /** Stands at the end of the line of its priority. */
  join(place: Place, priority = 0): void {
    const list = this.#listOf(priority)
    place.list = list
    place.prev = list.tail
    place.next = undefined
    if (list.tail === undefined) list.head = place
    else list.tail.next = place
    list.tail = place
    this.#waiting++
    this.#schedule()
  }

  /** Stands before all others of its priority: for work that comes back, or whose turn it already was. */
  joinFront(place: Place, priority = 0): void {
    const list = this.#listOf(priority)
    place.list = list
    place.prev = undefined
    place.next = list.head
    if (list.head === undefined) list.tail = place
    else list.head.prev = place
    list.head = place
    this.#waiting++
    this.#schedule()
  }

  /** Takes a place out of the line in O(1). @returns whether it stood there. */
  leave(place: Place): boolean {
    if (place.list === undefined) return false
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

  /** The places in the order they would enter. */
  *[Symbol.iterator](): Generator<Place, void, undefined> {
    for (const list of [...this.#lists]) {
      for (let place = list.head; place !== undefined; ) {
        const following: Place | undefined = place.next
        yield place
        place = following
      }
    }
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting === 0 || this.#running >= this.#size) return
    this.#isScheduled = true
    queueMicrotask(this.#drainLater)
  }

  #drain(): void {
    // A body that ends inside enter() comes back here by release(): the outer loop goes on, the stack stays flat.
    if (this.#isDraining) return
    this.#isDraining = true
    try {
      while (this.#running < this.#size) {
        const place = this.#first()
        if (place === undefined) break
        this.#unlink(place)
        this.#running++
        place.enter()
      }
    } finally {
      this.#isDraining = false
    }
  }

  #first(): Place | undefined {
    for (const list of this.#lists) if (list.head !== undefined) return list.head
    return undefined
  }

  #unlink(place: Place): void {
    const list = place.list as PlaceList
    if (place.prev === undefined) list.head = place.next
    else place.prev.next = place.next
    if (place.next === undefined) list.tail = place.prev
    else place.next.prev = place.prev
    place.list = place.next = place.prev = undefined
    this.#waiting--
    if (list.head === undefined && list.priority !== 0)
      this.#lists.splice(this.#lists.indexOf(list), 1)
  }

  #listOf(priority: number): PlaceList {
    const lists = this.#lists
    let index = 0
    for (; index < lists.length; index++) {
      const list = lists[index] as PlaceList
      if (list.priority === priority) return list
      if (list.priority < priority) break
    }
    const made: PlaceList = { priority, head: undefined, tail: undefined }
    lists.splice(index, 0, made)
    return made
  }
}
