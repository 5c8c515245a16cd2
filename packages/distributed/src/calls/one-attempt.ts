import type { Bytes, Call, Dependent, LiveBody, RecordLevel } from '@conc/core/internal'
import { decode } from '@conc/wire'
import type { CallOwner, Ending } from '../coordinator/call-request.js'
import { Fault, inOne } from '../coordinator/fault.js'
import type { EncodedReader } from '../logs/encoded-reader.js'
import type { SentCall } from './call-route.js'

/** What the route tells about one attempt. */
export class OneAttempt implements CallOwner, Dependent {
  readonly #call: Call
  readonly #ended: (call: Call, ending: Ending) => void
  readonly items?: (pack: Bytes) => void
  readonly #reader: EncodedReader | undefined
  sent: SentCall | undefined

  constructor(
    call: Call,
    ended: (call: Call, ending: Ending) => void,
    reader: EncodedReader | undefined,
    items: ((pack: Bytes) => void) | undefined,
  ) {
    this.#call = call
    this.#ended = ended
    this.#reader = reader
    if (items) this.items = items
  }

  get origin(): LiveBody {
    return this.#call
  }

  log(level: RecordLevel, record: Bytes): void {
    this.#reader?.log(level, record)
  }

  started(): void {
    this.#call.isStarted = true
  }

  handedOver(): void {
    this.#call.stopClock()
  }

  handedBack(): void {
    this.#call.startClock()
  }

  progress(data: Bytes): void {
    const { progress } = this.#call
    if (progress === undefined) return
    try {
      progress(decode(inOne(data), { root: 'progress' }))
    } catch (error) {
      process.emitWarning(`Progress of '${this.#call.taskName}' was lost: ${String(error)}`)
    }
  }

  interrupted(reason: Fault): void {
    this.#call.interrupt(reason.error)
  }

  ended(ending: Ending): void {
    this.#call.cancellation.remove(this)
    if (!ending.ok) this.#failed(ending)
    this.#ended(this.#call, ending)
  }

  /** Another attempt may follow: until then its time goes on here. */
  #failed({ phase, fault }: Extract<Ending, { ok: false }>): void {
    if (phase === 'body') this.#call.threw(fault.error)
    this.#call.startClock()
  }

  /** The call was interrupted. */
  cancelled(reason: unknown): void {
    this.sent?.cancel(Fault.of(reason))
  }
}
