import type { Bytes, LiveBody, Place, Timer } from '@conc/core/internal'
import type { SentCall } from '../calls/call-route.js'
import type { IdTable } from '../protocol/id-table.js'
import type { Ordered } from './call-order.js'
import type { CallOwner, CallRequest } from './call-request.js'
import type { Fault } from './fault.js'
import type { Seat } from './seat.js'

/** What the consumer of a stream says to its producer: NEXT, SEND, THROW or RETURN. */
export interface Word {
  readonly type: number
  readonly body?: Bytes | undefined
}

/** Where the calls of a pool stand in line. */
export interface CallHome {
  /** The call has a slot of the pool. */
  enter(call: PoolCall): void
  cancel(call: PoolCall, reason: Fault): void
  tell(call: PoolCall, word: Word): void
}

/**
 * One attempt of one call, from its acceptance to the end of its body.
 *
 *     waiting → assigned → started → settled
 *     assigned → waiting            its worker was lost, or gave it back, before the body began
 *
 * It holds a slot from its assignment on, but for the time in which it waits for calls of its own.
 */
export class PoolCall implements Place, SentCall, Ordered {
  list: Place['list']
  next: Place | undefined
  prev: Place | undefined
  readonly id: number
  readonly request: CallRequest
  readonly owner: CallOwner
  /** The call whose body made this one. */
  readonly parent: PoolCall | undefined
  /** Calls that its body has made and that are not over. */
  children: IdTable<PoolCall> | undefined
  state: 'waiting' | 'assigned' | 'started' | 'settled' = 'waiting'
  seat: Seat | undefined
  holdsSlot = false
  /** Calls, and other waits, that its body has told of and that are not over. */
  outstanding = 0
  /** What its consumer said before its body had begun: said again wherever it is sent. */
  words: Word[] | undefined
  /** Suspected of having killed a worker: it runs in one without others. */
  isSuspect = false
  /** The only worker it is for. */
  pinned: Seat | undefined
  /** A worker that is asked whether it takes the call; its slot is kept meanwhile. */
  askedOf: Seat | undefined
  /** Workers that did not take it. */
  refusedBy: Set<Seat> | undefined
  /** Until its start, where that is limited. */
  startTimer: Timer | undefined
  /** Why it was cancelled. */
  cancelled: Fault | undefined
  /** When it came, be it to the server in front of the pool. */
  readonly waitsSince: number
  startedAt = 0
  readonly #home: CallHome

  constructor(
    home: CallHome,
    id: number,
    request: CallRequest,
    owner: CallOwner,
    parent: PoolCall | undefined,
    now: number,
  ) {
    this.#home = home
    this.id = id
    this.request = request
    this.owner = owner
    this.parent = parent
    this.waitsSince = owner.waitsSince || now
  }

  get depth(): number {
    return this.request.depth
  }

  get priority(): number {
    return this.request.priority
  }

  /** Whether its body goes on. */
  get hasBody(): boolean {
    return this.state === 'started'
  }

  /** Whether its body has begun, be it over or not. */
  get isStarted(): boolean {
    return this.startedAt > 0
  }

  /** Whether it certainly has not begun. */
  get isWaiting(): boolean {
    return this.state === 'waiting'
  }

  get isSettled(): boolean {
    return this.state === 'settled'
  }

  /** Whether it was made by `other`, or by what that called. */
  isBelow(other: PoolCall): boolean {
    for (let above = this.parent; above; above = above.parent) if (above === other) return true
    return false
  }

  /** The call of this thread that it comes from, as the outermost one above it knows. */
  get origin(): LiveBody | undefined {
    let outermost: PoolCall = this
    while (outermost.parent) outermost = outermost.parent
    return outermost.owner.origin
  }

  cancel(reason: Fault): void {
    this.#home.cancel(this, reason)
  }

  tell(type: number, body?: Bytes): void {
    this.#home.tell(this, { type, body })
  }

  enter(): void {
    this.#home.enter(this)
  }
}
