import { cellOf } from './claim-table.js'

/** Calls by their id. Those that have a cell stand in an array: a map would be half of what a short call costs. */
export class CallTable<T extends { readonly id: number }> {
  readonly #byCell: (T | undefined)[] = []
  readonly #others = new Map<number, T>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(call: T): void {
    this.#size++
    const cell = cellOf(call.id)
    if (cell < 0) this.#others.set(call.id, call)
    else this.#byCell[cell] = call
  }

  get(id: number): T | undefined {
    const cell = cellOf(id)
    if (cell < 0) return this.#others.get(id)
    const call = this.#byCell[cell]
    return call?.id === id ? call : undefined
  }

  delete({ id }: T): void {
    if (this.get(id) === undefined) return
    this.#size--
    const cell = cellOf(id)
    if (cell < 0) this.#others.delete(id)
    else this.#byCell[cell] = undefined
  }

  clear(): void {
    this.#size = this.#byCell.length = 0
    this.#others.clear()
  }

  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const call of this.#byCell) if (call) yield call
    yield* this.#others.values()
  }
}
