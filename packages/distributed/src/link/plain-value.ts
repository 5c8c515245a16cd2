import type { Bytes } from '@conc/core/internal'
import { encode } from '@conc/wire'
import type { Ending } from '../coordinator/call-request.js'
import type { Plain } from '../protocol/plain.js'

/** The good end of a call with a plain value: bytes for whoever asks for them, none of its own where it goes into a message. */
export class PlainValue implements Extract<Ending, { ok: true }> {
  readonly ok = true
  readonly plain: Plain

  constructor(plain: Plain) {
    this.plain = plain
  }

  get value(): Bytes {
    return encode(this.plain).chunks
  }
}
