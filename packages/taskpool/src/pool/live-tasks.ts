/** Below this many, clearing away costs more than it frees. */
const fewest = 128

/** What stands in `LiveTasks`. */
interface Live {
  readonly id: number
  /** Ended, with its callbacks: it counts as removed. */
  readonly isOver: boolean
}

/**
 * Tasks by id, in the order of their starts, until they are over. Ids only grow, so that an array is sorted by itself:
 * adding and removing move nothing, those that are over leave in bulk.
 */
export class LiveTasks<T extends Live> {
  readonly #tasks: T[] = []
  #over = 0

  get size(): number {
    return this.#tasks.length - this.#over
  }

  /** Adds a task with a higher id than all before. */
  add(task: T): void {
    this.#tasks.push(task)
  }

  /** One of the tasks is over now. */
  remove(): void {
    this.#over++
    if (this.#over >= fewest && this.#over * 2 >= this.#tasks.length) this.#compact()
  }

  find(id: number): T | undefined {
    const tasks = this.#tasks
    let low = 0
    let high = tasks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((tasks[middle] as T).id < id) low = middle + 1
      else high = middle
    }
    const found = tasks[low]
    return found?.id === id && !found.isOver ? found : undefined
  }

  /** A list of its own: what is done to the tasks may change which are live. */
  oldestFirst(): T[] {
    return this.#tasks.filter((task) => !task.isOver)
  }

  *newestFirst(): Generator<T, void, undefined> {
    const tasks = this.#tasks
    for (let index = tasks.length - 1; index >= 0; index--) {
      const task = tasks[index] as T
      if (!task.isOver) yield task
    }
  }

  #compact(): void {
    const tasks = this.#tasks
    let kept = 0
    for (const task of tasks) if (!task.isOver) tasks[kept++] = task
    tasks.length = kept
    this.#over = 0
  }
}
