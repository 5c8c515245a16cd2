import { type Line, Resumption, type Station } from '@conc/core/internal'
import { IdTable } from '../protocol/id-table.js'
import { carries } from './carries.js'
import type { Fault } from './fault.js'
import type { PoolCall, Word } from './pool-call.js'

/** The way to the worker of a seat. Must not throw; a worker that cannot be reached is about to be reported lost. */
export interface SeatPort {
  assign(call: PoolCall): void
  /** The body, or the call on its way to the worker, is to stop. */
  cancel(call: PoolCall, reason: Fault): void
  /** Passes on what the consumer of a stream says. */
  tell(call: PoolCall, word: Word): void
}

/** The coordinator, as a seat sees it. */
export interface SeatHome {
  readonly line: Line
  /** The call gave its slot of this seat up. */
  released(seat: Seat, call: PoolCall): void
}

/** A worker that has not said a word about an assignment for so long has a blocked loop; in ms. */
const patienceMs = 50

/** One worker at the coordinator: its slots, and the calls that are there. */
export class Seat implements Station<PoolCall> {
  /** The worker's number. */
  readonly worker: number
  readonly tags: ReadonlySet<string>
  readonly calls: IdTable<PoolCall> = new IdTable()
  readonly resumption: Resumption<PoolCall>
  readonly port: SeatPort
  state: 'open' | 'retiring' | 'gone' = 'open'
  capacity = 0
  running = 0
  /** Calls it was given. */
  taken = 0
  /** Calls that wait for others and hold no slot. */
  suspended = 0
  /** The suspect that this worker is kept for, or runs: it takes nothing else. */
  loner: PoolCall | undefined
  readonly #home: SeatHome
  #unanswered = 0
  #unansweredSince = 0

  constructor(home: SeatHome, worker: number, port: SeatPort, tags: readonly string[] = []) {
    this.#home = home
    this.worker = worker
    this.port = port
    this.tags = new Set(tags)
    this.resumption = new Resumption(this, home.line)
  }

  get isRetiring(): boolean {
    return this.state === 'retiring'
  }

  get hasFreeSlot(): boolean {
    return this.state === 'open' && this.running < this.capacity
  }

  /** Whether this worker may run the call, now. */
  isFor(call: PoolCall): boolean {
    if (this.loner && this.loner !== call && !call.isBelow(this.loner)) return false
    if (call.isSuspect && this.running > 0) return false
    return this.qualifiesFor(call)
  }

  /** Whether this worker may run the call at all. */
  qualifiesFor(call: PoolCall): boolean {
    if (call.pinned && call.pinned !== this) return false
    if (call.refusedBy?.has(this)) return false
    return carries(this.tags, call.request)
  }

  /** Whether it owes a word about what it was sent, for longer than a loop that turns would. */
  isSilent(now: number): boolean {
    return this.#unanswered > 0 && now - this.#unansweredSince > patienceMs
  }

  take(call: PoolCall, now: number): void {
    this.taken++
    call.seat = this
    call.state = 'assigned'
    if (call.isSuspect) this.loner = call
    this.calls.set(call.id, call)
    this.resume(call)
    if (this.#unanswered++ === 0) this.#unansweredSince = now
    this.port.assign(call)
    for (const word of call.words ?? []) this.port.tell(call, word)
  }

  /** The worker said what became of an assignment. */
  heard(now: number): void {
    if (this.#unanswered > 0) this.#unanswered--
    this.#unansweredSince = now
  }

  resume(call: PoolCall): void {
    this.running++
    call.holdsSlot = true
  }

  /** The slot under the call goes back to the pool. */
  drop(call: PoolCall): void {
    if (!call.holdsSlot) return
    call.holdsSlot = false
    this.running--
    this.#home.released(this, call)
  }

  /** The call has no body here any more. */
  forget(call: PoolCall): void {
    this.calls.delete(call.id)
    if (this.loner === call) this.loner = undefined
    this.resumption.forget(call)
    this.drop(call)
  }
}
