/** Below this many, clearing away costs more than it frees. */
const fewest = 512

/** What stands in `LiveTasks`. */
interface Live {
  readonly id: number
  /** Ended, with its callbacks: it counts as removed. */
  readonly isOver: boolean
}

/**
 * Tasks by id, in the order of their starts, until they are over. Ids mostly grow, so that an array is sorted by itself:
 * adding and removing move nothing, those that are over leave in bulk. What came late is sorted in when somebody looks.
 */
export class LiveTasks<T extends Live> {
  /** Those up to `#end`; behind it is room for more, so that the array is not made anew all the time. */
  #tasks: (T | undefined)[] = []
  #end = 0
  #over = 0
  #isSorted = true

  get size(): number {
    return this.#end - this.#over
  }

  add(task: T): void {
    if (this.#end > 0 && this.#at(this.#end - 1).id > task.id) this.#isSorted = false
    this.#tasks[this.#end++] = task
  }

  /** One of the tasks is over now. */
  remove(): void {
    this.#over++
    if (this.#over >= fewest && this.#over * 2 >= this.#end) this.#compact()
  }

  find(id: number): T | undefined {
    this.#sort()
    const found = this.#tasks[this.#indexFrom(id)]
    return found?.id === id && !found.isOver ? found : undefined
  }

  /** A list of its own: what is done to the tasks may change which are live. */
  oldestFirst(): T[] {
    return this.between(0, Number.POSITIVE_INFINITY)
  }

  /** Those with an id of `first` to `last`, in a list of its own. */
  between(first: number, last: number): T[] {
    this.#sort()
    const found: T[] = []
    for (let index = this.#indexFrom(first); index < this.#end; index++) {
      const task = this.#at(index)
      if (task.id > last) break
      if (!task.isOver) found.push(task)
    }
    return found
  }

  *newestFirst(): Generator<T, void, undefined> {
    this.#sort()
    for (let index = this.#end - 1; index >= 0; index--) {
      const task = this.#at(index)
      if (!task.isOver) yield task
    }
  }

  #at(index: number): T {
    return this.#tasks[index] as T
  }

  /** Where the first id stands that is not below `id`. */
  #indexFrom(id: number): number {
    let low = 0
    let high = this.#end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#at(middle).id < id) low = middle + 1
      else high = middle
    }
    return low
  }

  #sort(): void {
    if (this.#isSorted) return
    this.#isSorted = true
    this.#tasks.length = this.#end
    this.#tasks.sort((one, other) => (one as T).id - (other as T).id)
  }

  #compact(): void {
    const tasks = this.#tasks
    let kept = 0
    for (let index = 0; index < this.#end; index++) {
      const task = this.#at(index)
      if (!task.isOver) tasks[kept++] = task
    }
    if (kept + fewest < tasks.length / 4) this.#tasks = tasks.slice(0, kept)
    else tasks.fill(undefined, kept, this.#end)
    this.#end = kept
    this.#over = 0
  }
}
