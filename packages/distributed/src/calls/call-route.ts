import type { Bytes } from '@conc/core/internal'
import type { Ordered } from '../coordinator/call-order.js'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import type { Fault } from '../coordinator/fault.js'

/** Under this key an executor has its route: whoever serves it passes bytes on and decodes nothing. */
export const callRoute: unique symbol = Symbol.for('conc.callRoute') as never

/** Where calls go as bytes: a coordinator in this process, or whoever is behind a link. */
export interface CallRoute {
  /**
   * Sends one attempt; `owner` is told how it goes, but not before this has returned. Refusals come as its end too.
   */
  send(request: CallRequest, owner: CallOwner): SentCall
  /** Whether a body that runs there has this id: what it calls is taken in a drain too. Only where that is known. */
  isLive?(taskId: string): boolean
  /**
   * Whether the call comes from a body that runs there and lends its slot to what it calls: it needs no other, so it
   * may not wait for one.
   */
  lendsSlot?(request: CallRequest): boolean
  /**
   * Has what waits elsewhere compared with each call that is next there. Only where calls have an order.
   *
   * @returns what ends it
   */
  beforeNext?(offer: Offer): () => void
  /** Resolves when one more call could start at once, also in a drain. Only where that is known. */
  room?(signal: AbortSignal): Promise<void>
}

/** Sends what comes before `next`, if there is something. */
export type Offer = (next: Ordered) => void

/** An attempt that is out. After its end nothing that it is told matters. */
export interface SentCall {
  /** Whether its body has begun, as far as it is known here. */
  readonly isStarted: boolean
  /** Whether it certainly has not begun, where that is known here. */
  readonly isWaiting?: boolean
  cancel(reason: Fault): void
  /** Tells the producer of a stream: NEXT, SEND, THROW or RETURN. */
  tell(type: number, body?: Bytes): void
}

/** An executor that has a route. */
export interface RoutedExecutor {
  readonly [callRoute]: CallRoute
}

export function isRouted<E extends object>(executor: E): executor is E & RoutedExecutor {
  return callRoute in executor
}
