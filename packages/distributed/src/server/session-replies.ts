import type { Bytes } from '@conc/core/internal'
import type { Ending } from '../coordinator/call-request.js'
import { Fault } from '../coordinator/fault.js'
import { PlainValue } from '../link/plain-value.js'
import { encodeFailureMeta } from '../protocol/failure-meta.js'
import { frameType } from '../protocol/frame-types.js'
import type { MessageWriter } from '../protocol/message-writer.js'
import type { ServedCall } from './served-call.js'

/** What a session tells its client about calls, in frames. */
export class SessionReplies {
  readonly #writer: MessageWriter
  /** Whose ACCEPT or START the client has not been told: at the end of a turn it is told the newest state only. */
  #changed: ServedCall[] = []

  constructor(writer: MessageWriter) {
    this.#writer = writer
  }

  stateChanged(call: ServedCall): void {
    if (call.isStateDue) return
    call.isStateDue = true
    this.#changed.push(call)
    this.#writer.schedule()
  }

  tellStates(): void {
    const changed = this.#changed
    if (changed.length === 0) return
    this.#changed = []
    for (const call of changed) {
      if (!call.isStateDue) continue
      call.isStateDue = false
      this.#writer.add(call.isStarted ? frameType.start : frameType.accept, call.id)
    }
  }

  progressed(call: ServedCall, data: Bytes): void {
    this.#writer.add(frameType.progress, call.id, undefined, data)
  }

  yielded(call: ServedCall, pack: Bytes): void {
    call.isStateDue = false
    this.#writer.addItems(call.id, pack)
  }

  /** The caller is told now; the end follows when the body is over. */
  interrupted(call: ServedCall, reason: Fault): void {
    call.isStateDue = false
    this.#writer.add(frameType.cancel, call.id, undefined, reason.bytes)
  }

  settled(call: ServedCall, ending: Ending): void {
    call.isStateDue = false
    if (!ending.ok) {
      this.#writer.add(frameType.error, call.id, encodeFailureMeta(ending), ending.fault.bytes)
      return
    }
    const type = call.request.kind === 'call' ? frameType.result : frameType.end
    if (ending instanceof PlainValue) this.#writer.addPlain(type, call.id, ending.plain)
    else this.#writer.add(type, call.id, undefined, ending.value)
  }

  /** Refuses what a frame asks for. */
  refuse(id: number, error: unknown): void {
    const meta = encodeFailureMeta({ phase: 'reject', started: false })
    this.#writer.add(frameType.error, id, meta, Fault.of(error).bytes)
  }
}
