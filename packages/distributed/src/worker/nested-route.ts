import { type Bytes, currentFrame, type Frame } from '@conc/core/internal'
import type { CallRoute, SentCall } from '../calls/call-route.js'
import type { CallOwner, CallRequest, Ending } from '../coordinator/call-request.js'
import type { Fault } from '../coordinator/fault.js'
import { TaskMetaWriter } from '../link/task-meta.js'
import { frameType } from '../protocol/frame-types.js'
import type { Workplace } from './body.js'
import { OverflowCall } from './overflow-call.js'
import type { Asker, Questions } from './questions.js'
import { bodyHere } from './worker-slot.js'

/** The way of nested calls: back to the pool, or where that has no room for them, into the slot of their parent. */
export class NestedRoute implements CallRoute {
  readonly #placeOf: () => Workplace
  readonly #questions: Questions
  readonly #metas = new TaskMetaWriter()

  /** @param placeOf where bodies run, for calls that the pool has no room for. */
  constructor(placeOf: () => Workplace, questions: Questions) {
    this.#placeOf = placeOf
    this.#questions = questions
  }

  send(request: CallRequest, owner: CallOwner): SentCall {
    const call = new NestedCall(request, owner, this.#questions, this.#placeOf)
    const { kind, args } = request
    const meta = this.#metas.encode(request, request.module, bodyHere() || undefined)
    call.id = this.#questions.ask({ kind, args, meta }, call)
    return call
  }
}

class NestedCall implements SentCall, Asker {
  id = 0
  isStarted = false
  readonly #request: CallRequest
  readonly #owner: CallOwner
  readonly #questions: Questions
  readonly #placeOf: () => Workplace
  readonly #frame: Frame | undefined = currentFrame()
  #here: OverflowCall | undefined

  constructor(
    request: CallRequest,
    owner: CallOwner,
    questions: Questions,
    placeOf: () => Workplace,
  ) {
    this.#request = request
    this.#owner = owner
    this.#questions = questions
    this.#placeOf = placeOf
  }

  cancel(reason: Fault): void {
    if (this.#here) this.#here.cancel(reason)
    else this.#questions.tell(this.id, frameType.cancel, reason.bytes)
  }

  tell(type: number, body?: Bytes): void {
    if (this.#here) this.#here.tell(type, body)
    else this.#questions.tell(this.id, type, body)
  }

  started(): void {
    this.isStarted = true
    this.#owner.started?.()
  }

  progress(data: Bytes): void {
    this.#owner.progress?.(data)
  }

  items(pack: Bytes): void {
    this.isStarted = true
    this.#owner.items?.(pack)
  }

  overflow(): void {
    this.#here = new OverflowCall(this.#placeOf(), this.#request, this, this.#frame)
    this.#here.run()
  }

  ended(ending: Ending): void {
    this.#owner.ended(ending)
  }
}
