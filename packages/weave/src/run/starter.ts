import { type Graph, isMapped, optionsOf } from '../plan/graph.js'
import type { Gate, Hold } from './gate.js'

type Launch = (task: number, hold: Hold | undefined) => void

/** Decides when a ready task starts. */
export interface Starter {
  /** A task has nothing left to wait for. */
  add(task: number): void
  /** Starts what may start now. */
  pump(): void
}

/** How the tasks of a run are started. */
export function starterOf(graph: Graph, gate: Gate | undefined, launch: Launch): Starter {
  if (gate) return new GateStarter(graph, gate, launch)
  return graph.hasPriorities
    ? new PriorityStarter(graph, launch)
    : new EagerStarter(graph.count, launch)
}

/** At once, in the order they became ready. */
class EagerStarter implements Starter {
  readonly #launch: Launch
  readonly #ready: Int32Array
  #head = 0
  #tail = 0
  #isPumping = false

  constructor(count: number, launch: Launch) {
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
    while (this.#head < this.#tail) this.#launch(this.#ready[this.#head++] as number, undefined)
    this.#isPumping = false
  }
}

/** At once, the higher priority first, equal ones in the order they became ready. */
class PriorityStarter implements Starter {
  readonly #graph: Graph
  readonly #launch: Launch
  readonly #ready = new Map<number, number[]>()
  #isPumping = false

  constructor(graph: Graph, launch: Launch) {
    this.#graph = graph
    this.#launch = launch
  }

  add(task: number): void {
    const { priority = 0 } = optionsOf(this.#graph, task)
    const equals = this.#ready.get(priority)
    if (equals) equals.push(task)
    else this.#ready.set(priority, [task])
  }

  pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    while (this.#ready.size > 0) this.#launch(this.#next(), undefined)
    this.#isPumping = false
  }

  #next(): number {
    const highest = Math.max(...this.#ready.keys())
    const equals = this.#ready.get(highest) as number[]
    const task = equals.shift() as number
    if (equals.length === 0) this.#ready.delete(highest)
    return task
  }
}

/** When there are slots. A mapped task needs none, its items do. */
class GateStarter implements Starter {
  readonly #graph: Graph
  readonly #gate: Gate
  readonly #launch: Launch
  readonly #mapped: EagerStarter

  constructor(graph: Graph, gate: Gate, launch: Launch) {
    this.#graph = graph
    this.#gate = gate
    this.#launch = launch
    this.#mapped = new EagerStarter(graph.count, launch)
  }

  add(task: number): void {
    if ((this.#graph.flags[task] as number) & isMapped) {
      this.#mapped.add(task)
      return
    }
    const { priority } = optionsOf(this.#graph, task)
    this.#gate.ask({ enter: (hold) => this.#launch(task, hold) }, priority)
  }

  pump(): void {
    this.#mapped.pump()
  }
}
