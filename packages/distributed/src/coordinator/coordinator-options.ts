import type { Admit } from './admittance.js'
import type { CallRequest, Ending } from './call-request.js'
import type { PoolCall } from './pool-call.js'

export type CallEvent = 'accepted' | 'assigned' | 'started' | 'suspended' | 'resumed' | 'settled'

export interface CoordinatorOptions {
  readonly name: string
  /** Calls at a time in each worker. */
  readonly concurrency: number
  /** Workers that the same call may cost; default Infinity. */
  readonly poisonLimit?: number
  /** The most a call may wait for its start; default Infinity. */
  readonly startTimeoutMs?: number
  /** Why a call can never run here; asked when it comes. */
  readonly refuse?: (request: CallRequest) => Error | undefined
  /** Asked for each call and worker before one goes to the other; by default all of them do. */
  readonly admit?: Admit | undefined
  /** Whether a worker is starting, or about to, that carries the tags of the call. */
  readonly isComingFor?: (request: CallRequest) => boolean
  /** Told of each state that a call reaches. */
  readonly observe?: (event: CallEvent, call: PoolCall, ending?: Ending) => void
  /** Called when work has ended or moved on. */
  readonly onChange?: () => void
  /** Milliseconds; default `performance.now`. */
  readonly clock?: () => number
}
