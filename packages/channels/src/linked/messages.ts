import type { MessagePort } from 'node:worker_threads'
import type { EncodedError } from '@conc/core'
import type { Side } from './control-block.js'
import type { RingParts } from './ring/ring.js'
import type { Shape } from './ring/shapes.js'

/** What an end of a linked channel is made of; what travels when it is handed over. */
export interface LinkParts {
  readonly name: string
  readonly capacity: number
  readonly side: Side
  readonly control: SharedArrayBuffer
  /** Messages that came by the port before are those of an earlier link. */
  readonly firstMessage: number
  readonly port: MessagePort
  /** The bell of the other side, where that has said it, and how often the other side had been opened by then. */
  readonly bell: SharedArrayBuffer | undefined
  readonly peerOpened: number
  /** The other side has been heard to say that it puts no more. */
  readonly hasPeerEnded: boolean
  /** Items that came by the port and nobody has taken, and the number of the next item to be taken. */
  readonly received: readonly unknown[]
  readonly next: number
  readonly inRing: RingParts | undefined
  readonly inShapes: readonly Shape[]
  readonly outRing: RingParts | undefined
  readonly outShapes: readonly Shape[]
}

/** The same for an end whose port is known over there. */
export type PortlessParts = Omit<LinkParts, 'port'>

/** The part of it that changes with use. */
export type LinkState = Omit<LinkParts, 'name' | 'capacity' | 'side' | 'control' | 'firstMessage'>

/** What goes by the port. */
export const kind = {
  item: 0,
  /** An item that is an end of another channel. */
  passenger: 1,
  end: 2,
  /** Where the bell of the thread is. */
  hello: 3,
  wake: 4,
  abort: 5,
  ring: 6,
  shape: 7,
  /** All before it was for a link that is left. */
  over: 8,
} as const

export type Message =
  | readonly [typeof kind.item, unknown]
  | readonly [typeof kind.passenger, LinkParts]
  | readonly [typeof kind.end, EncodedError | undefined]
  | readonly [typeof kind.hello, SharedArrayBuffer]
  | readonly [typeof kind.wake | typeof kind.over]
  | readonly [typeof kind.abort, EncodedError]
  | readonly [typeof kind.ring, RingParts]
  | readonly [typeof kind.shape, id: number, Shape]
