import { MessageChannel } from 'node:worker_threads'
import { checkCount, checkKeys, checkObject } from '@conc/core/internal'
import type { LinkedChannel } from '../channel/channel.js'
import { ControlBlock } from './control-block.js'
import { LinkedEnd } from './linked-end.js'
import type { LinkParts } from './messages.js'

/**
 * A channel with two ends. An end that nobody waits on can be handed to another thread once, as an argument of a
 * coroutine or as the value put into a linked channel; here it throws `ChannelStateError` afterwards.
 *
 * @param options.capacity items on their way in each direction: an integer of at least 0, or Infinity (the default).
 * @throws {InvalidOptionError}
 */
export function duplex<A, B = A>(
  options: { readonly capacity?: number } = {},
): [LinkedChannel<A, B>, LinkedChannel<B, A>] {
  checkObject('options', options)
  checkKeys('options', options, ['capacity'])
  const { capacity = Number.POSITIVE_INFINITY } = options
  checkCount('capacity', capacity)
  const [here, there] = linkedParts('duplex', capacity)
  return [new LinkedEnd<A, B>(here), new LinkedEnd<B, A>(there)]
}

/** What the two ends of a new linked channel are made of. */
export function linkedParts(name: string, capacity: number): [LinkParts, LinkParts] {
  const { port1, port2 } = new MessageChannel()
  const control = new ControlBlock().buffer
  const both = { name, capacity, control, received: [], next: 0, inShapes: [], outShapes: [] }
  const rings = { inRing: undefined, outRing: undefined }
  return [
    { ...both, ...rings, side: 0, port: port1 },
    { ...both, ...rings, side: 1, port: port2 },
  ]
}
