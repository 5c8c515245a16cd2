import type { CallOwner } from '../coordinator/call-request.js'
import { Fault } from '../coordinator/fault.js'
import type { SentCall } from './call-route.js'

const nothing: SentCall = {
  isStarted: false,
  cancel: () => {},
  tell: () => {},
}

/** A call that nobody takes: its owner is told in a microtask, as a route promises. */
export function refusedCall(owner: CallOwner, reason: unknown): SentCall {
  queueMicrotask(() => {
    owner.ended({ ok: false, phase: 'reject', started: false, fault: Fault.of(reason) })
  })
  return nothing
}
