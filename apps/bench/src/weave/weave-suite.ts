import { type Suite, sized } from '../harness/suite.js'
import { buildChain, planChain } from './build-chain.js'
import { eachItems } from './each-items.js'
import { graphPath } from './graph-paths.js'
import { pendingHeap } from './pending-heap.js'
import { deep, diamonds, wide } from './shapes.js'

export const weaveSuite: Suite = {
  name: 'weave',
  about: 'graphs of named tasks',
  paths: (size) => {
    const nodes = sized(size, 40, 2000, 10_000, 10_000)
    const autoNodes = sized(size, 20, 200, 3000, 10_000)
    const diamondNodes = 3 * sized(size, 10, 200, 1000, 1000) + 1
    return [
      graphPath({ shape: wide, nodes, autoNodes }),
      graphPath({ shape: deep, nodes, autoNodes }),
      graphPath({ shape: diamonds, nodes: diamondNodes, autoNodes }),
      pendingHeap(wide, nodes),
      pendingHeap(deep, nodes),
      pendingHeap(diamonds, diamondNodes),
      eachItems(nodes),
      eachItems(nodes * 10),
      buildChain(nodes),
      planChain(nodes),
    ]
  },
}
