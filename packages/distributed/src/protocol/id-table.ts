const fewest = 16
/** A table that was larger is made anew when it is empty. */
const mostKept = 16_384
/** 2^32 by the golden ratio: ids in a row come to stand far from each other. */
const scatter = 0x9e3779b1

/**
 * What goes by an id of `ids.ts`, for values that come and go. No `Map`: each time that one makes itself a new table, the
 * old one holds on to what was in it and to the next table, so that calls which are over would live until the next
 * collection of everything.
 */
export class IdTable<T> {
  /** In the cell of its hash or behind it; 0 is an empty cell. */
  #ids = new Float64Array(fewest)
  #values: (T | undefined)[] = emptyCells(fewest)
  #shift = shiftFor(fewest)
  #size = 0

  get size(): number {
    return this.#size
  }

  has(id: number): boolean {
    return this.get(id) !== undefined
  }

  get(id: number): T | undefined {
    return this.#values[this.#cellOf(id)]
  }

  /** @param id not 0. */
  set(id: number, value: T): void {
    let cell = this.#cellOf(id)
    if (this.#ids[cell] !== id) {
      this.#size++
      if (this.#size * 2 > this.#ids.length) {
        this.#resize(this.#ids.length * 2)
        cell = this.#cellOf(id)
      }
      this.#ids[cell] = id
    }
    this.#values[cell] = value
  }

  /** @returns whether it was there. */
  delete(id: number): boolean {
    const cell = this.#cellOf(id)
    if (this.#values[cell] === undefined) return false
    this.#size--
    if (this.#size === 0 && this.#ids.length > mostKept) this.#resize(fewest)
    else this.#empty(cell)
    return true
  }

  clear(): void {
    this.#size = 0
    this.#resize(fewest)
  }

  /** Those that are here now, in the order of their ids. */
  values(): T[] {
    const ids = this.#ids.filter((id) => id !== 0).sort()
    return Array.from(ids, (id) => this.get(id) as T)
  }

  /** Where the id stands, or would. */
  #cellOf(id: number): number {
    const ids = this.#ids
    const mask = ids.length - 1
    let cell = Math.imul(id, scatter) >>> this.#shift
    for (let there = ids[cell]; there !== 0 && there !== id; there = ids[cell]) {
      cell = (cell + 1) & mask
    }
    return cell
  }

  /** Whoever stands further behind because of this cell moves up. */
  #empty(cell: number): void {
    const [ids, values] = [this.#ids, this.#values]
    const mask = ids.length - 1
    let gap = cell
    let at = (gap + 1) & mask
    for (let id = ids[at] as number; id !== 0; id = ids[at] as number) {
      const home = Math.imul(id, scatter) >>> this.#shift
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        ids[gap] = id
        values[gap] = values[at]
        gap = at
      }
      at = (at + 1) & mask
    }
    ids[gap] = 0
    values[gap] = undefined
  }

  #resize(cells: number): void {
    const [ids, values] = [this.#ids, this.#values]
    this.#ids = new Float64Array(cells)
    this.#values = emptyCells(cells)
    this.#shift = shiftFor(cells)
    if (this.#size === 0) return
    for (let cell = 0; cell < ids.length; cell++) {
      const id = ids[cell] as number
      if (id === 0) continue
      const moved = this.#cellOf(id)
      this.#ids[moved] = id
      this.#values[moved] = values[cell]
    }
  }
}

function emptyCells<T>(cells: number): (T | undefined)[] {
  return new Array<T | undefined>(cells).fill(undefined)
}

/** From 32 bits down to the number of a cell. */
function shiftFor(cells: number): number {
  return 32 - Math.log2(cells)
}
