import { ControlBlock } from './control-block.js'
import type { PortlessParts } from './messages.js'

/** What the two ends of a new linked channel are made of, but for their ports. */
export function unusedParts(name: string, capacity: number): [PortlessParts, PortlessParts] {
  const both = {
    name,
    capacity,
    control: new ControlBlock().buffer,
    firstMessage: 0,
    bell: undefined,
    peerOpened: 0,
    hasPeerEnded: false,
    received: [],
    next: 0,
    inRing: undefined,
    inShapes: [],
    outRing: undefined,
    outShapes: [],
  }
  return [
    { ...both, side: 0 },
    { ...both, side: 1 },
  ]
}
