import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { type Body, bodiesOf } from './bodies.js'
import { type LooseWeave, loadWeave } from './loose-weave.js'
import { deep, type Shape } from './shapes.js'

/** The calls of `do` alone: linear when the time per node is the same at every length. */
export function buildChain(nodes: number): Path {
  return chainPath('build', 'built', nodes, (weave, shape, bodies) => {
    build(weave, shape, bodies)
    return shape.nodes.length
  })
}

/** Building and planning, names read from parameters. */
export function planChain(nodes: number): Path {
  return chainPath(
    'plan',
    'built and planned',
    nodes,
    (weave, shape, bodies) => build(weave, shape, bodies).plan().order.length,
  )
}

type Work = (weave: LooseWeave, shape: Shape, bodies: readonly Body[]) => number

/**
 * The shortest chain stands in the floor's place, so that the ratio shows growth per node. Quadratic work would take 4x
 * at four times the length; up to 3x may be caches and the collector, to which a long chain is a long-lived one.
 */
function chainPath(name: string, what: string, nodes: number, work: Work): Path {
  const lengths = [nodes / 4, nodes / 2, nodes]
  return timedPath<number>({
    name,
    title: `chains of ${lengths.join(', ')} tasks ${what}`,
    unit: 'node',
    items: nodes,
    check: (made, count) => {
      if (made !== count) throw new Error(`Expected ${count} tasks, got ${made}.`)
    },
    contestants: lengths.map((length, index) => chain(length, index === 0, work)),
  })
}

function chain(length: number, isShortest: boolean, work: Work): TimedContestant<number> {
  return {
    name: `${length} tasks`,
    items: length,
    ...(isShortest ? { role: 'floor' } : { role: 'ours', goal: { timesFloor: 3 } }),
    prepare: async () => {
      const weave = await loadWeave()
      const shape = deep(length)
      const bodies = bodiesOf(shape)
      return () => work(weave(), shape, bodies)
    },
  }
}

function build(start: LooseWeave, { nodes }: Shape, bodies: readonly Body[]): LooseWeave {
  return nodes.reduce((w, { name }, index) => w.do(name, bodies[index] as Body), start)
}
