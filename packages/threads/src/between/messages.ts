import type { MessagePort } from 'node:worker_threads'
import type { EncodedError, Load, Transferable } from '@conc/core'
import type { LogRecord, ThreadLogs, TravelContext } from '@conc/core/internal'
import type { LinkMemory } from './link.js'
import type { StreamWay } from './stream-way.js'

/** What a thread is started with. */
export interface Boot {
  readonly port: MessagePort
  readonly executor: string
  /** What the ids of its bodies begin with. */
  readonly tag: string
  readonly tasksPerThread: number
  readonly modules: readonly string[]
  readonly memory: LinkMemory
  /** Memory of the claim table. */
  readonly claims: SharedArrayBuffer
  /** Memory of the pool's load: running, waiting. */
  readonly load: SharedArrayBuffer
  readonly limits: Pick<Load, 'concurrency' | 'queueLimit'>
  readonly logs: ThreadLogs
}

/** What goes along with a call; absent where there is nothing to say. */
export interface CallContext extends TravelContext {
  /** From 2 on. */
  readonly attempt?: number
  readonly wantsProgress?: true
  /** Somebody has to be told when the body begins. */
  readonly wantsStart?: true
}

/** Where a failure comes from; decides about retries. */
export type Blame = 'body' | 'infrastructure'

// Arrays, not objects: their keys would be cloned with each message.
export const toThread = {
  declare: 0,
  call: 1,
  cancel: 2,
  nestedBegun: 3,
  nestedProgress: 4,
  nestedResult: 5,
  nestedFailure: 6,
  ping: 7,
} as const

/** A call on its way to a thread. Small ones are records. `answers`: the nested call of a body there which it is. */
export type CallMessage = readonly [
  kind: 1,
  id: number,
  task: number,
  args: readonly unknown[],
  context?: CallContext | undefined,
  stream?: StreamWay | undefined,
  answers?: number | undefined,
]

export type ToThread =
  | readonly [kind: 0, task: number, name: string, module: string | undefined]
  | CallMessage
  | readonly [kind: 2, id: number, reason: EncodedError]
  | readonly [kind: 3, nested: number, stream: StreamWay | undefined]
  | readonly [kind: 4, nested: number, data: unknown]
  | readonly [kind: 5, nested: number, value: unknown]
  | readonly [kind: 6, nested: number, error: EncodedError, blame: Blame]
  | readonly [kind: 7]

export const toParent = {
  result: 0,
  failure: 1,
  progress: 2,
  nestedCall: 3,
  nestedCancel: 4,
  nestedReady: 5,
  pong: 6,
  waitBegun: 7,
  waitOver: 8,
  started: 9,
  declare: 10,
  asked: 11,
  said: 12,
} as const

export type ToParent =
  | readonly [kind: 0, id: number, value: unknown, moved?: readonly Transferable[]]
  | readonly [kind: 1, id: number, error: EncodedError, blame: Blame]
  | readonly [kind: 2, id: number, data: unknown]
  | readonly [kind: 3, nested: number, parent: number, call: NestedRequest]
  | readonly [kind: 4, nested: number, reason: EncodedError]
  | readonly [kind: 5, nested: number]
  | readonly [kind: 6]
  | readonly [kind: 7, parent: number]
  | readonly [kind: 8, nested: number, parent: number]
  | readonly [kind: 9, id: number]
  | readonly [kind: 10, task: number, name: string, module: string | undefined, isStream: boolean]
  | readonly [kind: 11, nested: number, body: number, service: string, request: unknown]
  | readonly [kind: 12, body: number, record: LogRecord]

/** A call that a body makes on the pool it runs on. */
export interface NestedRequest {
  /** The number under which the thread has declared it. */
  readonly task: number
  readonly args: readonly unknown[]
  readonly context: CallContext | undefined
  readonly priority: number | undefined
  readonly transfer: readonly Transferable[] | undefined
}

export const fromProducer = { items: 0, end: 1, failure: 2, credit: 3 } as const

/**
 * `credit` comes first: the memory where items are granted. `isHeavy`: the producer may have to wait for what is granted
 * next, however few the items are. Small items are records.
 */
export type FromProducer =
  | readonly [kind: 0, isHeavy: 0 | 1, items: readonly unknown[]]
  | readonly [kind: 1]
  | readonly [kind: 2, none: 0, error: EncodedError, blame: Blame]
  | readonly [kind: 3, none: 0, memory: SharedArrayBuffer]

export const fromConsumer = { granted: 0, left: 1 } as const

/** `granted`: there is credit again, for a producer that sleeps; `left`: no more items are wanted. */
export type FromConsumer = readonly [kind: 0 | 1]
