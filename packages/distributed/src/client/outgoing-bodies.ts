import { findBodies, newIdTag } from '@conc/core/internal'
import { changed } from '../calls/call-request-of.js'
import { varsWith } from '../calls/ids-above.js'
import type { CallRequest } from '../coordinator/call-request.js'
import type { OutgoingCall } from './outgoing-call.js'

/**
 * Bodies on the other side of a session. Only their server knows their ids; so those that come of another body, or of a call
 * which a server of this process has accepted, are given one more along, as those are that fill the quota: by it the
 * session and that server know what they call.
 */
export class OutgoingBodies {
  readonly #written: { get(id: number): OutgoingCall | undefined }
  readonly #tag = newIdTag()
  #stopFinding: (() => void) | undefined

  /** @param written the calls that are out. */
  constructor(written: { get(id: number): OutgoingCall | undefined }) {
    this.#written = written
  }

  /** Whether it is given an id along in any case. */
  isMarked({ parentId }: CallRequest, call: OutgoingCall): boolean {
    return parentId !== undefined || isServed(call)
  }

  /** What goes out under this id. */
  marked(request: CallRequest, call: OutgoingCall, id: number): CallRequest {
    if (isServed(call))
      this.#stopFinding ??= findBodies(this.#tag, (one) => this.#callOf(one)?.origin)
    const ids = request.parentId === undefined ? [] : [request.parentId]
    ids.push(`${this.#tag}-${id}`)
    return changed(request, { vars: varsWith(request.vars, ids) })
  }

  /** Whether it was given along with a call that a server in front of the session has accepted, and that is not over. */
  isLive(bodyId: string): boolean {
    return this.#callOf(bodyId)?.isGuest === true
  }

  /** Whether it was given along with a call that is not over. */
  isOut(bodyId: string): boolean {
    return this.#callOf(bodyId) !== undefined
  }

  /** There will be no others. */
  end(): void {
    this.#stopFinding?.()
  }

  #callOf(bodyId: string): OutgoingCall | undefined {
    const [tag, id] = bodyId.split('-')
    return tag === this.#tag ? this.#written.get(Number(id)) : undefined
  }
}

function isServed({ isGuest, origin }: OutgoingCall): boolean {
  return isGuest || origin?.root !== undefined
}
