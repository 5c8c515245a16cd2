import { type HeapContestant, type Hold, heapPath } from '../harness/heap-path.js'
import type { Path } from '../harness/suite.js'
import { type Body, bodiesOf } from './bodies.js'
import {
  counters,
  effect,
  type GraphLibrary,
  pGraph,
  type RunGraph,
  weaveInferred,
  weaveNeeds,
} from './graph-runners.js'
import { checkDepths, type GraphRecord, type Shape } from './shapes.js'

/** Heap per node of a graph that was started and cannot end. Names, needs and functions are there before, and used before. */
export function pendingHeap(shape: (nodes: number) => Shape, nodes: number): Path {
  const full = shape(nodes)
  return heapPath({
    name: `heap/${full.name}`,
    title: `${full.title}, started, none ended`,
    unit: 'node',
    items: full.nodes.length,
    contestants: [
      { ...contestant(counters, shape), role: 'floor' },
      { ...contestant(weaveNeeds, shape), role: 'ours', goal: { timesFloor: 1 } },
      { ...contestant(weaveInferred, shape), role: 'ours', goal: { timesFloor: 1 } },
      contestant(pGraph, shape),
      contestant(effect, shape),
    ],
  })
}

function contestant(
  { name, load }: GraphLibrary,
  shapeOf: (nodes: number) => Shape,
): HeapContestant {
  return {
    name,
    role: 'peer',
    prepare: async () => async (count) => {
      const shape = shapeOf(count)
      const graph = new GatedGraph(shape, await load())
      await graph.rehearse()
      return graph
    },
  }
}

/** A graph whose first nodes wait for a gate. */
class GatedGraph implements Hold {
  readonly #shape: Shape
  readonly #run: RunGraph
  readonly #bodies: readonly Body[]
  #gate = Promise.resolve()
  #open = (): void => {}
  #record: Promise<GraphRecord> | undefined

  constructor(shape: Shape, run: RunGraph) {
    this.#shape = shape
    this.#run = run
    const gated: Body = async () => {
      await this.#gate
      return 1
    }
    const bodies = bodiesOf(shape)
    this.#bodies = bodies.map((body, i) => (shape.nodes[i]?.needs.length === 0 ? gated : body))
  }

  /** One run with an open gate: what a library remembers about a function is not charged to the pending node. */
  async rehearse(): Promise<void> {
    checkDepths(this.#shape, await this.#run(this.#shape.nodes, this.#bodies))
    this.#gate = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  fill(): void {
    this.#record = this.#run(this.#shape.nodes, this.#bodies)
  }

  async release(onProgress: () => void): Promise<void> {
    this.#open()
    const record = await this.#record
    onProgress()
    if (!record) throw new Error('Expected `fill` before `release`.')
    checkDepths(this.#shape, record)
  }
}
