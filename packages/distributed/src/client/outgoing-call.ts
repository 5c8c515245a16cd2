import { type Started, TaskTimeoutError } from '@conc/core'
import { type Bytes, isLevel, type LiveBody, type Place, Timer } from '@conc/core/internal'
import type { SentCall } from '../calls/call-route.js'
import { idsAbove } from '../calls/ids-above.js'
import type { QuotaCall } from '../calls/quota-use.js'
import type { CallOwner, CallRequest, Ending } from '../coordinator/call-request.js'
import { Fault } from '../coordinator/fault.js'
import { ArrivedValue } from '../link/arrived-value.js'
import { type CallKind, type CallStage, stageAfter } from '../protocol/call-grammar.js'
import { decodeFailureMeta } from '../protocol/failure-meta.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { sizeOf } from '../protocol/item-pack.js'
import { decodeMeta } from '../protocol/meta.js'

/** What a call needs of its session. */
export interface OutgoingHost {
  write(call: OutgoingCall, type: number, body?: Bytes): void
  /** Takes a call out that was not written. */
  withdraw(call: OutgoingCall): void
  started(): void
  over(call: OutgoingCall): void
}

/** How much later than the server this side notices that the time of a call is over. */
const clockSlackMs = 500

/** One attempt of a call, from its acceptance here until the server has said how it ended. */
export class OutgoingCall implements SentCall, Place, QuotaCall {
  /** While it waits. */
  list: Place['list']
  next: Place['next']
  prev: Place['prev']
  readonly task: string
  readonly byteLength: number
  /** A server in front of the session has accepted it. */
  readonly isGuest: boolean
  readonly #kind: CallKind
  /** Until it is written: many calls wait for answers at a time, and nobody asks for their arguments any more. */
  #request: CallRequest | undefined
  readonly #host: OutgoingHost
  readonly #owner: CallOwner
  id = 0
  isExempt = false
  /** It was given an id along, by which what comes of it is known. */
  isMarked = false
  stage: CallStage | 'waiting' = 'waiting'
  /** Its body has begun, and may be over. */
  hasStarted = false
  #isCancelled = false
  #early: [type: number, body: Bytes | undefined][] | undefined
  /** Until it is written, for the time in which it has to start; then until its time is over. */
  #timer: Timer | undefined
  readonly #startsBy: number | undefined

  constructor(host: OutgoingHost, request: CallRequest, owner: CallOwner, isGuest: boolean) {
    this.#host = host
    this.isGuest = isGuest
    this.task = request.task
    this.#kind = request.kind
    this.#request = request
    this.#owner = owner
    this.byteLength = sizeOf(request.args)
    const { startTimeoutMs } = request
    if (startTimeoutMs === undefined) return
    this.#startsBy = performance.now() + startTimeoutMs
    this.#timer = new Timer(startTimeoutMs, () => this.#startsTooLate(startTimeoutMs))
  }

  /** What is left of the time in which it has to start; once it is written, the server watches that. */
  get startMs(): number | undefined {
    return this.#startsBy && Math.max(this.#startsBy - performance.now(), 0)
  }

  /** Ids of what it comes from, until it is written. */
  get idsAbove(): readonly string[] {
    return this.#request ? idsAbove(this.#request) : []
  }

  get origin(): LiveBody | undefined {
    return this.#owner.origin
  }

  get isWaiting(): boolean {
    return this.stage === 'waiting'
  }

  get isStarted(): boolean {
    return this.stage === 'started'
  }

  /** Once it is written, its body may begin before a word of that is here. */
  get started(): Started {
    return this.stage === 'waiting' ? false : this.isStarted || 'unknown'
  }

  /** The line where it waits gives out no slots. */
  enter(): void {}

  /** What is to be written now. */
  takeRequest(): CallRequest {
    const request = this.#request as CallRequest
    this.#request = undefined
    return request
  }

  /** Its TASK frame has been added; what was said to it before follows. */
  written(id: number, deadline: number | undefined): void {
    this.id = id
    this.stage = 'sent'
    this.#timer?.clear()
    this.#handOver(deadline)
    const early = this.#early
    this.#early = undefined
    if (early) for (const [type, body] of early) this.#host.write(this, type, body)
  }

  cancel(reason: Fault): void {
    if (this.stage === 'settled' || this.#isCancelled) return
    this.#isCancelled = true
    if (this.stage !== 'waiting') {
      this.#host.write(this, frameType.cancel, reason.bytes)
      return
    }
    this.#host.withdraw(this)
    this.end({ ok: false, phase: 'infra', started: false, fault: reason })
  }

  /** Cancels it for a reason that whoever made it does not know yet. */
  abandon(reasonOf: () => unknown): void {
    if (this.stage === 'settled' || this.#isCancelled) return
    const reason = Fault.of(reasonOf())
    if (this.stage !== 'waiting') this.#owner.interrupted?.(reason)
    this.cancel(reason)
  }

  tell(type: number, body?: Bytes): void {
    if (this.stage === 'settled') return
    if (this.stage !== 'waiting') {
      this.#host.write(this, type, body)
      return
    }
    this.#early ??= []
    this.#early.push([type, body])
  }

  /** @returns whether the frame was in place. */
  received(frame: Frame): boolean {
    if (this.stage === 'waiting') return false
    if (frame.type === frameType.log) return this.#takeRecord(frame)
    const next = stageAfter(this.stage, this.#kind, frame.type)
    if (next === undefined) return false
    const begins = next === 'started' && this.stage !== 'started'
    this.stage = next
    if (begins) {
      this.hasStarted = true
      this.#owner.started?.()
      this.#host.started()
    }
    return this.#take(frame)
  }

  /** It will not be answered. */
  lost(error: unknown): void {
    const { started } = this
    this.end({ ok: false, phase: 'infra', started, fault: Fault.of(error) })
  }

  end(ending: Ending): void {
    this.#timer?.clear()
    this.stage = 'settled'
    this.#host.over(this)
    this.#owner.ended(ending)
  }

  #takeRecord(frame: Frame): boolean {
    const level = decodeMeta(frame.meta)?.level
    if (!isLevel(level) || level === 'off') return false
    this.#owner.log?.(level, [frame.copyBody()])
    return true
  }

  #startsTooLate(limitMs: number): void {
    const { task } = this
    const text = `Task '${task}' did not start within ${limitMs} ms.`
    this.cancel(Fault.of(new TaskTimeoutError(text, { phase: 'waiting', task })))
  }

  #take(frame: Frame): boolean {
    switch (frame.type) {
      case frameType.result:
      case frameType.end:
        this.end(new ArrivedValue(frame))
        return true
      case frameType.error: {
        const failure = decodeFailureMeta(frame.meta) ?? { phase: 'infra', started: 'unknown' }
        this.end({ ok: false, ...failure, fault: Fault.from([frame.copyBody()]) })
        return true
      }
      case frameType.yield:
        this.#owner.items?.([frame.copyBody()])
        return true
      case frameType.progress:
        this.#owner.progress?.([frame.body])
        return true
      case frameType.cancel:
        // The server has told the body already.
        this.#isCancelled = true
        this.#owner.interrupted?.(Fault.from([frame.copyBody()]))
        return true
      default:
        return true
    }
  }

  #handOver(deadline: number | undefined): void {
    if (deadline === undefined) return
    this.#owner.handedOver?.()
    const ms = Math.max(deadline - Date.now(), 0) + clockSlackMs
    this.#timer = new Timer(ms, () => this.#owner.handedBack?.())
  }
}
