import type { Bytes } from '@conc/core/internal'
import type { Ending } from '../coordinator/call-request.js'
import type { Frame } from '../protocol/frame.js'

/** The good end of a call, in the frame that it came in: bytes where somebody passes it on, a value where its way ends. */
export class ArrivedValue implements Extract<Ending, { ok: true }> {
  readonly ok = true
  readonly #frame: Frame

  constructor(frame: Frame) {
    this.#frame = frame
  }

  get value(): Bytes {
    return [this.#frame.body]
  }

  decoded(root: string): unknown {
    return this.#frame.decodeBody(root)
  }
}
