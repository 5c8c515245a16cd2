import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { LinkMemory } from './link.js'
import { ringMemory } from './ring.js'

/** One end of the way that the items of a stream take: a port, and a ring for small ones. */
export interface StreamWay {
  readonly port: MessagePort
  readonly items: SharedArrayBuffer
}

/** Room for a window of small items. */
const wordsForItems = 512

/** Too small for anything: what is said to a producer is posted. */
const nowhere = ringMemory(2)

/** Both ends: the consumer's, and the producer's. */
export function openStreamWay(): readonly [consumer: StreamWay, producer: StreamWay] {
  const { port1, port2 } = new MessageChannel()
  const items = ringMemory(wordsForItems)
  return [
    { port: port1, items },
    { port: port2, items },
  ]
}

export function memoryOfConsumer({ items }: StreamWay): LinkMemory {
  return { in: items, out: nowhere }
}

export function memoryOfProducer({ items }: StreamWay): LinkMemory {
  return { in: nowhere, out: items }
}
