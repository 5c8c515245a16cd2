import { Line, type Place } from '@conc/core/internal'
import type { Graph } from '../plan/graph.js'
import { optionsOf } from '../plan/graph.js'

/** Decides when a ready task starts. */
export interface Starter {
  /** The slots that tasks and items share; `undefined` where there is no limit. */
  readonly slots: Line | undefined
  /** A task has nothing left to wait for. */
  add(task: number): void
  /** Starts what may start now. */
  pump(): void
}

/** At once, in the order they became ready. */
export class EagerStarter implements Starter {
  readonly slots = undefined
  readonly #launch: (task: number) => void
  readonly #ready: Int32Array
  #head = 0
  #tail = 0
  #isPumping = false

  constructor(count: number, launch: (task: number) => void) {
    this.#ready = new Int32Array(count)
    this.#launch = launch
  }

  add(task: number): void {
    this.#ready[this.#tail++] = task
  }

  pump(): void {
    // A task that ends at once comes back here: the loop goes on, so a chain of 10 000 needs no stack.
    if (this.#isPumping) return
    this.#isPumping = true
    while (this.#head < this.#tail) this.#launch(this.#ready[this.#head++] as number)
    this.#isPumping = false
  }
}

/** By priority, and as many at a time as there are slots. Where slots have no limit, tasks hold none. */
export class LineStarter implements Starter {
  readonly slots: Line | undefined
  readonly #line: Line
  readonly #graph: Graph
  readonly #launch: (task: number) => void

  constructor(graph: Graph, concurrency: number, launch: (task: number) => void) {
    this.#graph = graph
    this.#launch = launch
    this.#line = new Line(concurrency)
    this.slots = concurrency === Number.POSITIVE_INFINITY ? undefined : this.#line
  }

  add(task: number): void {
    const enter = (): void => {
      if (this.slots === undefined) this.#line.release()
      this.#launch(task)
    }
    const place: Place = { list: undefined, next: undefined, prev: undefined, enter }
    this.#line.join(place, optionsOf(this.#graph, task).priority)
  }

  pump(): void {}
}
