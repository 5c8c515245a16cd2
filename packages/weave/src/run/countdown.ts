import type { Graph } from '../plan/graph.js'
import type { Observer } from '../seeing/observer.js'
import { fulfilled, type Ledger, leftOut, skipped, waiting } from './ledger.js'
import type { Selection } from './selection.js'

/** Counts what each task still waits for, and how many tasks are left. */
export class Countdown {
  readonly #graph: Graph
  readonly #ledger: Ledger
  readonly #ready: (task: number) => void
  readonly #waits: Int32Array
  #left: number

  /** @param ready called with a task that has nothing left to wait for. */
  constructor(ledger: Ledger, ready: (task: number) => void) {
    this.#graph = ledger.graph
    this.#ledger = ledger
    this.#ready = ready
    this.#waits = ledger.graph.waits.slice()
    this.#left = ledger.graph.count
  }

  get isOver(): boolean {
    return this.#left === 0
  }

  begin(selection: Selection | undefined): void {
    if (selection) this.#strikeOut(selection)
    for (let task = 0; task < this.#graph.count; task++) {
      if (this.#waits[task] === 0 && this.#ledger.status[task] === waiting) this.#ready(task)
    }
  }

  /** A task has ended; `isThere`: what waits for it may have its value. */
  ended(task: number, isThere: boolean): void {
    this.#left--
    if (!isThere) return
    const { next, nextStart } = this.#graph
    const { status } = this.#ledger
    const waits = this.#waits
    const end = nextStart[task + 1] as number
    for (let place = nextStart[task] as number; place < end; place++) {
      const other = next[place] as number
      const left = (waits[other] as number) - 1
      waits[other] = left
      if (left === 0 && status[other] === waiting) this.#ready(other)
    }
  }

  /** What waits for a failed task does not start; the rest goes on. */
  skipAfter(failed: number, observer: Observer | undefined): void {
    const { status, causes } = this.#ledger
    const tasks = [failed]
    for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
      for (const other of this.#dependents(task)) {
        if (status[other] !== waiting) continue
        status[other] = skipped
        causes.set(other, failed)
        observer?.skip(other, failed)
        this.#left--
        tasks.push(other)
      }
    }
  }

  /** What does not run: it is left out, or its value is there. */
  #strikeOut({ given, isWanted }: Selection): void {
    const ledger = this.#ledger
    const { opaque, count } = this.#graph
    ledger.given = given
    for (let task = 0; task < count; task++) {
      // Opaque tasks rely on one another's waiting: a given one keeps its place and is done when its turn comes.
      const isThere = given.has(task) && !(opaque.has(task) && opaque.size > 1)
      if (isWanted[task] && !isThere) continue
      this.#left--
      ledger.status[task] = isThere ? fulfilled : leftOut
      if (!isThere) continue
      ledger.values[task] = given.get(task)
      for (const other of this.#dependents(task)) {
        this.#waits[other] = (this.#waits[other] as number) - 1
      }
    }
  }

  #dependents(task: number): Int32Array {
    const { next, nextStart } = this.#graph
    return next.subarray(nextStart[task], nextStart[task + 1])
  }
}
