import {
  type ExecutorError,
  PayloadTooLargeError,
  type Started,
  TaskTimeoutError,
} from '@conc/core'
import { type Bytes, isShown, type RecordLevel, Timer } from '@conc/core/internal'
import type { CallRoute, SentCall } from '../calls/call-route.js'
import type { QuotaCall } from '../calls/quota-use.js'
import type { CallOwner, CallRequest, Ending } from '../coordinator/call-request.js'
import { Fault, inOne } from '../coordinator/fault.js'
import { PlainValue } from '../link/plain-value.js'
import { itemHeadBytes, itemSizes, sizeOf } from '../protocol/item-pack.js'
import { plainBytes } from '../protocol/plain.js'

/** How a served call speaks to its client. */
export interface ServedCallHost {
  /** The largest value that client and server take. */
  readonly maxPayloadBytes: number
  readonly executorName: string
  /** What its client may be told at the end of the turn has changed. */
  stateChanged(call: ServedCall): void
  progressed(call: ServedCall, data: Bytes): void
  logged(call: ServedCall, level: RecordLevel, record: Bytes): void
  yielded(call: ServedCall, pack: Bytes): void
  /** Its client is told before the end. */
  interrupted(call: ServedCall, reason: Fault): void
  /** The one terminal frame. */
  settled(call: ServedCall, ending: Ending): void
  /** The body is over too. */
  over(call: ServedCall): void
  /** It waits no more: cancelled, or out of time. */
  withdrawn(call: ServedCall): void
}

/** One call of a session: waiting for its turn, then with the executor. */
export class ServedCall implements CallOwner, QuotaCall {
  readonly id: number
  readonly request: CallRequest
  readonly byteLength: number
  isExempt = false
  readonly #host: ServedCallHost
  state: 'waiting' | 'sent' | 'over' = 'waiting'
  isStarted = false
  isCancelled = false
  /** Of `performance.now()`; 0 where it had not to wait here. */
  waitsSince = 0
  /** Its client is to be told of its state at the end of the turn. */
  isStateDue = false
  /** Told how the body ended, where somebody else waits for the same. */
  onEnd: ((ending: Ending) => void) | undefined
  #isSettled = false
  /** Its client knows how it ends, and wants nothing more of it. */
  #isInterrupted = false
  #sent: SentCall | undefined
  /** What its client has said while it waited: said to the executor when it has its turn. */
  #words: [type: number, body: Bytes][] | undefined
  #timer: Timer | undefined
  #startTimer: Timer | undefined
  /** The executor watches its time. */
  #isWatched = false

  constructor(host: ServedCallHost, id: number, request: CallRequest, byteLength: number) {
    this.#host = host
    this.id = id
    this.request = request
    this.byteLength = byteLength
  }

  /** Whose turn it is. */
  get owner(): object {
    return this.#host
  }

  get priority(): number {
    return this.request.priority
  }

  get depth(): number {
    return this.request.depth
  }

  get isSettled(): boolean {
    return this.#isSettled
  }

  /** It stands in the queue of the server, where only the server watches its time. */
  waits(): void {
    this.waitsSince = performance.now()
    this.#watch()
    this.#watchStart()
  }

  /** It ends as another call with the same key did. */
  follow(ending: Ending): void {
    if (ending.ok) this.ended(ending)
    else this.#finish(ending)
  }

  #watchStart(): void {
    const { startTimeoutMs } = this.request
    if (startTimeoutMs === undefined || this.#startTimer !== undefined) return
    this.#startTimer = new Timer(startTimeoutMs, () => {
      if (!this.isStarted) this.#outOfTime()
    })
  }

  #watch(): void {
    const { deadline } = this.request
    if (deadline === undefined || this.#timer !== undefined || this.#isSettled) return
    this.#timer = new Timer(Math.max(deadline - Date.now(), 0), () => this.#outOfTime())
  }

  /** It has its turn. @param route the way to the executor. */
  goes(route: CallRoute): void {
    this.state = 'sent'
    this.#sent = route.send(this.request, this)
    if (this.#words) for (const [type, body] of this.#words) this.#sent.tell(type, body)
    this.#words = undefined
    if (this.#isWatched) this.#timer?.clear()
    else this.#watch()
    if (!this.isStarted) this.#watchStart()
  }

  handedOver(): void {
    this.#isWatched = true
    this.#timer?.clear()
    this.#timer = undefined
  }

  handedBack(): void {
    this.#isWatched = false
    this.#watch()
  }

  cancel(reason: Fault): void {
    if (this.isCancelled) return
    this.isCancelled = true
    if (this.state === 'sent') this.#sent?.cancel(reason)
    else if (this.state === 'waiting') this.#withdraw(reason)
  }

  /** Its client is told at once; a body has to heed its signal, and the end is told when it has. */
  abandon(reason: Fault): void {
    if (this.state === 'sent') this.interrupted(reason)
    this.cancel(reason)
  }

  interrupted(reason: Fault): void {
    if (!this.#isHeard) return
    this.#isInterrupted = true
    this.#host.interrupted(this, reason)
  }

  /** Whether the executor has had it. */
  get wasSent(): boolean {
    return this.#sent !== undefined
  }

  /** Once the executor has it, it may begin before a word of that is here. */
  get hasBegun(): Started {
    if (this.isStarted || this.state === 'waiting') return this.isStarted
    return this.#sent?.isWaiting ? false : 'unknown'
  }

  tell(type: number, body: Bytes): void {
    if (this.state !== 'waiting') {
      this.#sent?.tell(type, body)
      return
    }
    this.#words ??= []
    this.#words.push([type, body])
  }

  /** Never reaches the executor. */
  refuse(error: ExecutorError): void {
    this.#finish({ ok: false, phase: 'reject', started: false, fault: Fault.of(error) })
  }

  started(): void {
    this.isStarted = true
    this.#startTimer?.clear()
    if (this.#isHeard) this.#host.stateChanged(this)
  }

  progress(data: Bytes): void {
    if (this.#isHeard && this.#fits(data)) this.#host.progressed(this, data)
  }

  log(level: RecordLevel, record: Bytes): void {
    const { logLevel = 'off' } = this.request
    if (this.#isHeard && isShown(level, logLevel)) this.#host.logged(this, level, record)
  }

  items(pack: Bytes): void {
    if (!this.#isHeard) return
    this.isStarted = true
    const limit = this.#host.maxPayloadBytes
    if (sizeOf(pack) <= limit) this.#host.yielded(this, pack)
    else this.#yieldFitting(inOne(pack), limit)
  }

  ended(ending: Ending): void {
    if (ending.ok && !this.#fitsWith(ending)) this.#tooLarge(sizeOf(ending.value), 'result')
    this.#finish(ending)
  }

  get #isHeard(): boolean {
    return !this.#isSettled && !this.#isInterrupted
  }

  #finish(ending: Ending): void {
    if (this.state === 'over') return
    this.#timer?.clear()
    this.#startTimer?.clear()
    this.state = 'over'
    this.#settle(ending)
    this.onEnd?.(ending)
    this.#host.over(this)
  }

  #settle(ending: Ending): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#host.settled(this, ending)
  }

  #fitsWith(ending: Extract<Ending, { ok: true }>): boolean {
    const isSmall = ending instanceof PlainValue && this.#host.maxPayloadBytes >= plainBytes
    return isSmall || this.#fits(ending.value)
  }

  #fits(value: Bytes): boolean {
    return sizeOf(value) <= this.#host.maxPayloadBytes
  }

  /** What comes before an item that its client does not take goes there all the same. */
  #yieldFitting(pack: Uint8Array, limit: number): void {
    let end = 0
    for (const size of itemSizes(pack) ?? []) {
      if (size > limit) {
        if (end > 0) this.#host.yielded(this, [pack.subarray(0, end)])
        this.#tooLarge(size, 'item')
        return
      }
      end += itemHeadBytes + size
    }
    this.#host.yielded(this, [pack])
  }

  /** The client takes less than the server; whoever makes more is told to stop. */
  #tooLarge(size: number, path: string): void {
    const limit = this.#host.maxPayloadBytes
    const message = `\`${path}\` takes ${size} bytes; the limit is ${limit}.`
    const fields = { size, limit, path, ...this.#identity(true) }
    const fault = Fault.of(new PayloadTooLargeError(message, fields))
    this.#settle({ ok: false, phase: 'encode', started: true, fault })
    this.#sent?.cancel(fault)
  }

  #outOfTime(): void {
    const { task } = this.request
    const phase = this.isStarted ? 'running' : 'waiting'
    const identity = this.#identity(this.hasBegun)
    const message = `Task '${task}' timed out while ${phase}.`
    const fault = Fault.of(new TaskTimeoutError(message, { phase, ...identity }))
    this.abandon(fault)
  }

  #withdraw(fault: Fault): void {
    this.#host.withdrawn(this)
    this.#finish({ ok: false, phase: 'infra', started: false, fault })
  }

  #identity(started: Started): { task: string; executor: string; started: Started } {
    return { task: this.request.task, executor: this.#host.executorName, started }
  }
}
