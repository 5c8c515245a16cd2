import {
  type Bytes,
  currentFrame,
  type Frame,
  newCallId,
  registry,
  runInFrame,
} from '@conc/core/internal'
import { decode } from '@conc/wire'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import { type Fault, inOne } from '../coordinator/fault.js'
import { Body, type Workplace } from './body.js'

/** A nested call that runs where it was made, within the slot of the body that made it. */
export class OverflowCall {
  readonly #body: Body
  readonly #frame: Frame

  /** @param frame of the body that made the call. */
  constructor(
    place: Workplace,
    request: CallRequest,
    owner: CallOwner,
    frame: Frame = currentFrame() ?? {},
  ) {
    this.#frame = frame
    const { kind, parentId, attempt, deadline, headers, wantsProgress, depth, priority } = request
    const definition = registry.find(request.task)
    if (definition === undefined) throw new Error(`Task '${request.task}' was called here.`)
    // Copies, as if it had come from afar.
    const args = decode(inOne(request.args), { root: 'args' }) as readonly unknown[]
    const id = newCallId()
    const context = {
      id,
      kind,
      parentId,
      attempt,
      deadline,
      headers,
      wantsProgress,
      rank: { depth, priority },
      vars: frame.vars,
    }
    this.#body = new Body(place, definition, args, context, owner)
  }

  run(): void {
    runInFrame(this.#frame, () => this.#body.run())
  }

  cancel(reason: Fault): void {
    this.#body.cancel(reason.error)
  }

  tell(type: number, body: Bytes = []): void {
    this.#body.tell(type, inOne(body))
  }
}
