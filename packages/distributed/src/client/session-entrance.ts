import type { CallRoute, SentCall } from '../calls/call-route.js'
import { refusedCall } from '../calls/refused-call.js'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import type { OutgoingCalls } from './outgoing-calls.js'
import type { SessionAdmission } from './session-admission.js'

/** Where the calls of others come in as bytes, of a server in front of the session: refused as those of this process are. */
export class SessionEntrance implements CallRoute {
  readonly #admission: SessionAdmission
  readonly #calls: OutgoingCalls

  constructor(admission: SessionAdmission, calls: OutgoingCalls) {
    this.#admission = admission
    this.#calls = calls
  }

  send(request: CallRequest, owner: CallOwner): SentCall {
    const refusal = this.#admission.guestRefusal(request)
    return refusal ? refusedCall(owner, refusal) : this.#calls.send(request, owner, true)
  }

  isLive(taskId: string): boolean {
    return this.#calls.bodies.isLive(taskId)
  }

  /** Its server knows which slot it can have. */
  lendsSlot(request: CallRequest): boolean {
    return this.#admission.belongs(request)
  }
}
