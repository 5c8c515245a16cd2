import type { Bytes, EncodedOutcome, Level, LiveBody, RecordLevel } from '@conc/core/internal'
import type { CallKind } from '../protocol/call-grammar.js'
import type { Fault } from './fault.js'

/** One call as the coordinator passes it on. */
export interface CallRequest {
  readonly task: string
  readonly version?: string | undefined
  /** The file that declares the task, where this computer's workers may import it. */
  readonly module?: string | undefined
  readonly kind: CallKind
  /** The argument list. */
  readonly args: Bytes
  /** Context variables by name, each a value of its own. */
  readonly vars?: ReadonlyMap<string, Bytes> | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What `currentTask().parentId` says. */
  readonly parentId?: string | undefined
  /** Calls above this one. */
  readonly depth: number
  readonly attempt: number
  /** Epoch ms of this process. */
  readonly deadline?: number | undefined
  /** The most it may wait for its start; the pool's own limit holds beside it. */
  readonly startTimeoutMs?: number | undefined
  readonly priority: number
  /** What its worker has to carry: all of them, or with `'any'` one. */
  readonly tags?: readonly string[] | undefined
  readonly tagMatch?: 'any' | undefined
  /** How much whoever made it wants of the records of its body, and of what that calls. */
  readonly logLevel?: Level | undefined
  readonly wantsProgress?: boolean | undefined
  readonly idempotencyKey?: string | undefined
}

/** How a call ended. */
export type Ending =
  | Extract<EncodedOutcome, { ok: true }>
  | (Omit<Extract<EncodedOutcome, { ok: false }>, 'error'> & { readonly fault: Fault })

/** Who made a call: told how it goes. Must not throw. */
export interface CallOwner {
  /** Since when it has waited in front of whoever it is sent to, as `performance.now()` has it; 0 or absent: it has not. */
  readonly waitsSince?: number | undefined
  /** The call of this thread that it comes from. */
  readonly origin?: LiveBody | undefined
  /** Somebody else watches its time from now on, who knows whether the body has begun. */
  handedOver?(): void
  /** Its time is to be watched here again. */
  handedBack?(): void
  /** Its body begins. */
  started?(worker?: string | number): void
  progress?(data: Bytes): void
  /** A record of its body, or of what that called. */
  log?(level: RecordLevel, record: Bytes): void
  /** Items of a stream, as a pack. */
  items?(pack: Bytes): void
  /** Whoever waits for it is to be told now, with this reason; the body may go on, and its end is told as ever. */
  interrupted?(reason: Fault): void
  /** Told once, when the body is over or will never begin; for a cancelled call that is later than its cancel. */
  ended(ending: Ending): void
}
