import { Line, Timer } from '@conc/core/internal'
import type { CoordinatorOptions } from './coordinator-options.js'
import { Placement } from './placement.js'
import type { PoisonRecord } from './poison.js'
import type { PoolCall } from './pool-call.js'
import type { Seat } from './seat.js'

/** Where calls wait: in line for a slot, and set aside where those with a free one may not have them. */
export class WaitingRoom {
  readonly line: Line
  readonly #placement = new Placement()
  readonly #poison: PoisonRecord
  readonly #startTimeoutMs: number

  constructor({ startTimeoutMs, onChange }: CoordinatorOptions, poison: PoisonRecord) {
    this.#poison = poison
    this.#startTimeoutMs = startTimeoutMs ?? Number.POSITIVE_INFINITY
    this.line = new Line(0, () => onChange?.())
  }

  get seats(): ReadonlySet<Seat> {
    return this.#placement.seats
  }

  get waiting(): number {
    return this.line.waiting + this.#placement.waiting
  }

  /**
   * @param isFirst whether it goes before its equals.
   * @param tooLate called when its start is not worth waiting for any more.
   */
  join(call: PoolCall, isFirst: boolean, tooLate: (limitMs: number) => void): void {
    const { startTimeoutMs = Number.POSITIVE_INFINITY } = call.request
    const limitMs = Math.min(startTimeoutMs, this.#startTimeoutMs)
    if (limitMs < Number.POSITIVE_INFINITY) {
      call.startTimer = new Timer(limitMs, () => tooLate(limitMs))
    }
    call.isSuspect = this.#poison.isSuspect(call.request)
    if (isFirst) this.line.joinFront(call, call.priority, call.depth)
    else this.line.join(call, call.priority, call.depth)
  }

  /** Before all that came later, as the same attempt. */
  rejoin(call: PoolCall): void {
    call.seat = undefined
    call.state = 'waiting'
    call.isSuspect = this.#poison.isSuspect(call.request)
    this.line.joinFront(call, call.priority, call.depth)
  }

  /** It goes to this worker. */
  placed(call: PoolCall, seat: Seat): void {
    this.#placement.placed(call, seat)
  }

  /** The call waits no more. */
  leave(call: PoolCall): void {
    if (!this.#placement.leave(call)) this.line.leave(call)
    const kept = this.#placement.keptFor(call)
    if (kept) this.openAgain(kept)
  }

  /** The worker for a call that has a slot; without one, the slot goes back and the call is set aside. */
  placeFor(call: PoolCall, now: number): Seat | undefined {
    const seat = this.#placement.pick(call, now)
    if (seat) return seat
    this.#placement.setAside(call)
    this.line.release()
    return undefined
  }

  /** A call that was set aside and that this worker may have. */
  takeFor(seat: Seat): PoolCall | undefined {
    return seat.state === 'open' ? this.#placement.takeFor(seat) : undefined
  }

  add(seat: Seat, capacity: number): void {
    this.#placement.add(seat)
    seat.capacity = capacity
    this.#rejoinAll()
    this.line.size += capacity
  }

  delete(seat: Seat): void {
    this.#placement.delete(seat)
    this.line.size -= seat.capacity
  }

  /** Takes slots of the worker away. */
  shrink(seat: Seat, slots: number): void {
    seat.capacity -= slots
    this.line.size -= slots
  }

  /** The worker is not kept for a suspect any more. */
  openAgain(seat: Seat): void {
    seat.loner = undefined
    this.#rejoinAll()
  }

  #rejoinAll(): void {
    for (const call of this.#placement.takeAll()) this.rejoin(call)
  }
}
