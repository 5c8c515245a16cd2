import { findBodies, newIdTag } from '@conc/core/internal'
import { changed } from '../calls/call-request-of.js'
import { varsWith } from '../calls/ids-above.js'
import type { CallRequest } from '../coordinator/call-request.js'
import type { OutgoingCall } from './outgoing-call.js'

/**
 * Bodies on the other side of a session. Only their server knows their ids; so those that come of a call which a server of
 * this process has accepted are given one more along, by which that server knows what they call.
 */
export class OutgoingBodies {
  readonly #written: { get(id: number): OutgoingCall | undefined }
  readonly #tag = newIdTag()
  #stopFinding: (() => void) | undefined

  /** @param written the calls that are out. */
  constructor(written: { get(id: number): OutgoingCall | undefined }) {
    this.#written = written
  }

  /** What goes out under this id. */
  marked(request: CallRequest, { isGuest, origin }: OutgoingCall, id: number): CallRequest {
    const isServed = isGuest || origin?.root !== undefined
    if (!isServed && request.parentId === undefined) return request
    const ids = request.parentId === undefined ? [] : [request.parentId]
    if (isServed) ids.push(this.#idOf(id))
    return changed(request, { vars: varsWith(request.vars, ids) })
  }

  /** Whether it was given along with a call that a server in front of the session has accepted, and that is not over. */
  isLive(bodyId: string): boolean {
    return this.#callOf(bodyId)?.isGuest === true
  }

  /** There will be no others. */
  end(): void {
    this.#stopFinding?.()
  }

  #idOf(id: number): string {
    this.#stopFinding ??= findBodies(this.#tag, (bodyId) => this.#callOf(bodyId)?.origin)
    return `${this.#tag}-${id}`
  }

  #callOf(bodyId: string): OutgoingCall | undefined {
    const [tag, id] = bodyId.split('-')
    return tag === this.#tag ? this.#written.get(Number(id)) : undefined
  }
}
