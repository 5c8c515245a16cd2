import type { PoolCall } from './pool-call.js'
import type { Seat } from './seat.js'

/** The coordinator, as it is asked for calls on their way to a worker. */
export interface AdmittanceHome {
  readonly seats: ReadonlySet<Seat>
  place(call: PoolCall, seat: Seat): void
  /** Back to its place in line. */
  rejoin(call: PoolCall): void
  /** Whether a worker is starting, or about to, that may run the call. */
  isComingFor(call: PoolCall): boolean
  /** No worker takes it. */
  turnAway(call: PoolCall): void
  /** A slot of the seat is free again. */
  released(seat: Seat): void
}

/** Whether a worker is to have a call. Must not reject. */
export type Admit = (call: PoolCall, seat: Seat) => Promise<boolean>

/** Asks for each call and worker before one goes to the other; meanwhile the slot is kept. */
export class Admittance {
  readonly #home: AdmittanceHome
  readonly #admit: Admit

  constructor(home: AdmittanceHome, admit: Admit) {
    this.#home = home
    this.#admit = admit
  }

  /** @param call has a slot of the pool; `seat` has a free one. */
  ask(call: PoolCall, seat: Seat): void {
    call.askedOf = seat
    seat.running++
    if (call.isSuspect) seat.loner = call
    void this.#admit(call, seat).then((isAdmitted) => {
      call.askedOf = undefined
      this.#answered(call, seat, isAdmitted)
    })
  }

  /** A worker that could have been asked is gone, or will not come. */
  recheck(calls: Iterable<PoolCall>): void {
    for (const call of [...calls]) {
      if (call.state !== 'waiting' || call.askedOf || !call.refusedBy) continue
      if (!this.#isAnyLeft(call)) this.#home.turnAway(call)
    }
  }

  #answered(call: PoolCall, seat: Seat, isAdmitted: boolean): void {
    if (isAdmitted && seat.state === 'open' && !call.isSettled) {
      seat.running--
      this.#home.place(call, seat)
      return
    }
    if (seat.loner === call) seat.loner = undefined
    if (!call.isSettled) this.#goOn(call, seat, isAdmitted)
    // The slot of one that is gone went with it.
    if (seat.state === 'gone') return
    seat.running--
    this.#home.released(seat)
  }

  #goOn(call: PoolCall, seat: Seat, isAdmitted: boolean): void {
    if (!isAdmitted) {
      call.refusedBy ??= new Set()
      call.refusedBy.add(seat)
    }
    if (isAdmitted || this.#isAnyLeft(call)) this.#home.rejoin(call)
    else this.#home.turnAway(call)
  }

  /** Whether a worker is there, or will be, that has not been asked for the call. */
  #isAnyLeft(call: PoolCall): boolean {
    for (const seat of this.#home.seats) {
      if (seat.state === 'open' && seat.qualifiesFor(call)) return true
    }
    return this.#home.isComingFor(call)
  }
}
