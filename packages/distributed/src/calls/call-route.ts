import type { Bytes } from '@conc/core/internal'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import type { Fault } from '../coordinator/fault.js'

/** Where calls go as bytes: a coordinator in this process, or whoever is behind a link. */
export interface CallRoute {
  /** Sends one attempt; `owner` is told how it goes, but not before this has returned. */
  send(request: CallRequest, owner: CallOwner): SentCall
}

/** An attempt that is out. */
export interface SentCall {
  /** Whether its body has begun, as far as it is known here. */
  readonly isStarted: boolean
  cancel(reason: Fault): void
  /** Tells the producer of a stream: NEXT, SEND, THROW or RETURN. */
  tell(type: number, meta?: Uint8Array, body?: Bytes): void
}
