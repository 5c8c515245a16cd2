import type { EncodedError } from '@conc/core'
import type { LogRecord, ThreadLogs } from '@conc/core/internal'
import type { PackedEvent } from './packed-event.js'
import type { Report } from './report.js'

/** How a run there ended. */
export interface Ended {
  /** `refused`: it never started; `lost`: its process broke. */
  readonly status: 'fulfilled' | 'rejected' | 'cancelled' | 'refused' | 'lost'
  readonly report: Report
  /** Its place among the reasons; absent where all is well. */
  readonly error?: number
  /** What the `onDone` there threw. */
  readonly callbackError?: EncodedError
}

/** What a worker tells its parent. */
export type FromWorker =
  | { readonly type: 'started' }
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'event'; readonly event: PackedEvent }
  | { readonly type: 'ended'; readonly ended: Ended }
  | { readonly type: 'said'; readonly record: LogRecord }

/** What a thread is made with. */
export interface ThreadData {
  readonly request: Uint8Array
  readonly logs: ThreadLogs
}

/** What a parent tells its worker. */
export type ToWorker =
  | { readonly type: 'run'; readonly request: Uint8Array }
  /** The request is on disk. */
  | { readonly type: 'go' }
  | { readonly type: 'cancel'; readonly reason: EncodedError }
  /** Its last word has arrived. */
  | { readonly type: 'bye' }
