import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { bodiesOf, closureMakersOf } from './bodies.js'
import {
  asyncAuto,
  counters,
  effect,
  type GraphLibrary,
  pGraph,
  weaveInferred,
  weaveNeeds,
} from './graph-runners.js'
import { checkDepths, type GraphRecord, type Shape } from './shapes.js'
import { woveContestants } from './wove.js'

type GraphContestant = TimedContestant<GraphRecord>

export interface GraphPath {
  /** Makes the shape of about so many nodes. */
  shape(nodes: number): Shape
  readonly nodes: number
  /** async.auto takes time in the square of its nodes: it gets a smaller graph, its figure is still per node. */
  readonly autoNodes: number
}

/** A graph of async bodies from nothing to its record: build, plan and run in one figure. */
export function graphPath({ shape, nodes, autoNodes }: GraphPath): Path {
  const full = shape(nodes)
  const small = shape(autoNodes)
  const path = timedPath<GraphRecord>({
    name: full.name,
    title: `${full.title}, async bodies; build, plan and run`,
    unit: 'node',
    items: full.nodes.length,
    check: (record, count) => checkDepths(count === full.nodes.length ? full : small, record),
    contestants: [
      { ...contestant(counters, full), role: 'floor' },
      { ...contestant(weaveNeeds, full), role: 'ours', goal: { timesFloor: 2 } },
      { ...contestant(weaveInferred, full), role: 'ours', goal: { timesFloor: 2 } },
      freshClosures(full),
      { ...contestant(pGraph, full), goal: { timesFaster: 5 } },
      { ...contestant(effect, full), goal: { timesFaster: 5 } },
      {
        ...contestant(asyncAuto, small),
        goal: { timesFaster: 100 },
        items: small.nodes.length,
        note: `runs ${small.title} only, as its time grows with the square of its nodes`,
      },
    ],
  })
  return { ...path, contestants: [...path.contestants, ...woveContestants(small)] }
}

/** All but {@link freshClosures} call functions that were made before the clock started. */
function contestant({ name, load }: GraphLibrary, shape: Shape): GraphContestant {
  return {
    name,
    role: 'peer',
    prepare: async () => {
      const runGraph = await load()
      const bodies = bodiesOf(shape)
      return () => runGraph(shape.nodes, bodies)
    },
  }
}

function freshClosures(shape: Shape): GraphContestant {
  return {
    name: 'weave, inferred, fresh closures',
    role: 'ours',
    note: 'makes a new function object per node in every run, so that each parameter is read anew',
    prepare: async () => {
      const runGraph = await weaveInferred.load()
      const makers = closureMakersOf(shape)
      return () =>
        runGraph(
          shape.nodes,
          makers.map((make) => make()),
        )
    },
  }
}
