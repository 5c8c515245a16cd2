import type { Ending } from './call-request.js'
import { neverBegan } from './endings.js'
import type { PoisonRecord } from './poison.js'
import type { PoolCall } from './pool-call.js'
import type { Seat } from './seat.js'
import type { WaitingRoom } from './waiting-room.js'

/** The coordinator, as it hears of bodies. */
export interface BodyReportsHome {
  /** A body has begun. */
  begun(call: PoolCall): void
  settle(call: PoolCall, ending: Ending): void
}

/** What follows from what a worker says of the calls it was given. */
export class BodyReports {
  readonly #home: BodyReportsHome
  readonly #room: WaitingRoom
  readonly #poison: PoisonRecord
  readonly #clock: () => number

  constructor(home: BodyReportsHome, room: WaitingRoom, poison: PoisonRecord, clock: () => number) {
    this.#home = home
    this.#room = room
    this.#poison = poison
    this.#clock = clock
  }

  /** The body begins: START has arrived. */
  started(seat: Seat, id: number): void {
    const call = seat.calls.get(id)
    if (call?.state !== 'assigned') return
    seat.heard(this.#clock())
    this.#begin(call)
  }

  /** The worker's last word on a call. @returns `false` where nothing is known of it any more. */
  ended(seat: Seat, id: number, ending: Ending): boolean {
    const call = seat.calls.get(id)
    if (call === undefined) return false
    if (call.state === 'assigned') {
      seat.heard(this.#clock())
      if (ending.ok || ending.started !== false) this.#begin(call)
    }
    if (call.hasBody && call.outstanding > 0) seat.suspended--
    this.#leave(seat, call)
    this.#poison.survived(call.request)
    this.#home.settle(call, ending)
    return true
  }

  /** The worker says that the body never began, and gives the call back. */
  withdrawn(seat: Seat, id: number): void {
    const call = seat.calls.get(id)
    if (call?.state !== 'assigned') return
    seat.heard(this.#clock())
    if (call.cancelled) {
      this.#leave(seat, call)
      this.#home.settle(call, neverBegan(call.cancelled))
      return
    }
    this.#room.rejoin(call)
    this.#leave(seat, call)
  }

  #begin(call: PoolCall): void {
    call.state = 'started'
    call.startedAt = this.#clock()
    call.words = undefined
    call.startTimer?.clear()
    this.#home.begun(call)
    call.owner.started?.(call.seat?.worker)
  }

  /** The call has no body in the worker any more. */
  #leave(seat: Seat, call: PoolCall): void {
    const wasAlone = seat.loner === call
    seat.forget(call)
    if (wasAlone) this.#room.openAgain(seat)
  }
}
