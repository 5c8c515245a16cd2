/** Task ids in ascending order. A group's ids mostly follow one another: a run of them costs two numbers. */
export class IdRanges {
  /** First and last of each run, alternating. */
  #bounds: number[] = []

  /** Adds an id above all that are there. */
  add(id: number): void {
    const bounds = this.#bounds
    if (bounds.length > 0 && bounds[bounds.length - 1] === id - 1) bounds[bounds.length - 1] = id
    else bounds.push(id, id)
  }

  /** The lowest; Infinity without any. */
  get first(): number {
    return this.#bounds[0] ?? Number.POSITIVE_INFINITY
  }

  /** The highest; -1 without any. */
  get last(): number {
    return this.#bounds[this.#bounds.length - 1] ?? -1
  }

  get isEmpty(): boolean {
    return this.#bounds.length === 0
  }

  /** Forgets all ids but those. */
  keep(ids: Iterable<number>): void {
    this.#bounds = []
    for (const id of ids) this.add(id)
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    const bounds = this.#bounds
    for (let index = 0; index < bounds.length; index += 2) {
      for (let id = bounds[index] as number; id <= (bounds[index + 1] as number); id++) yield id
    }
  }
}
