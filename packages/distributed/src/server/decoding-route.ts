import type { Executor } from '@conc/core'
import { type Frame, type LiveBody, noFrame } from '@conc/core/internal'
import type { CallRoute, SentCall } from '../calls/call-route.js'
import { idsAbove } from '../calls/ids-above.js'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import { bodyOfId } from './body-names.js'
import { DecodedCall } from './decoded-call.js'
import { DecodedStream } from './decoded-stream.js'

/** Where calls come as bytes, for an executor that takes values. */
export class DecodingRoute implements CallRoute {
  readonly #executor: Executor
  readonly #maxBytes: number
  readonly #around: Frame

  /** @param locks the way to the locks that bodies see; default: those of whoever is around. */
  constructor(executor: Executor, maxBytes: number, locks?: object) {
    this.#executor = executor
    this.#maxBytes = maxBytes
    this.#around = locks ? { locks } : noFrame
  }

  send(request: CallRequest, owner: CallOwner): SentCall {
    const call = new DecodedCall(this.#executor, request, owner, this.#maxBytes, this.#around)
    if (request.kind === 'call') {
      call.submit()
      return call
    }
    return new DecodedStream(call)
  }

  isLive(taskId: string): boolean {
    return this.#bodyOf(taskId) !== undefined
  }

  /** One that is made behind a session has its slot there; whatever is in between may not make it wait. */
  lendsSlot(request: CallRequest): boolean {
    const id = idsAbove(request).find((one) => this.isLive(one))
    if (id === undefined) return false
    return id !== request.parentId || (this.#bodyOf(id)?.slots?.length ?? 0) > 0
  }

  /** One that comes of a call of this executor. */
  #bodyOf(taskId: string): LiveBody | undefined {
    const body = bodyOfId(taskId)
    const root = body?.root
    const isOurs = root instanceof DecodedCall && !root.isOver && root.executor === this.#executor
    return isOurs ? body : undefined
  }
}
