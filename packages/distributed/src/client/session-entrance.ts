import type { CallRoute, SentCall } from '../calls/call-route.js'
import { refusedCall } from '../calls/refused-call.js'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import type { SessionAdmission } from './session-admission.js'

/** Where the calls of others come in as bytes, of a server in front of the session: refused as those of this process are. */
export class SessionEntrance implements CallRoute {
  readonly #admission: SessionAdmission
  readonly #route: CallRoute

  constructor(admission: SessionAdmission, route: CallRoute) {
    this.#admission = admission
    this.#route = route
  }

  send(request: CallRequest, owner: CallOwner): SentCall {
    const refusal = this.#admission.guestRefusal(request)
    return refusal ? refusedCall(owner, refusal) : this.#route.send(request, owner)
  }
}
