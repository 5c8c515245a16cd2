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
  #tasks: T[] = []
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
    if (this.#over < 32 || this.#over * 2 < this.#tasks.length) return
    this.#tasks = this.#tasks.filter((task) => !task.isOver)
    this.#over = 0
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
}
