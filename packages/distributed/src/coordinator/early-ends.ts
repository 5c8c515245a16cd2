import type { IdTable } from '../protocol/id-table.js'
import type { Ending } from './call-request.js'
import {
  admittedNowhere,
  neverBegan,
  parentsEnd,
  startsTooLate,
  workerIsClosed,
} from './endings.js'
import type { Fault } from './fault.js'
import type { PoolCall } from './pool-call.js'
import type { Seat } from './seat.js'
import type { WaitingRoom } from './waiting-room.js'

/** The coordinator, for calls that end before their time. */
export interface EarlyEndsHome {
  readonly name: string
  readonly calls: Pick<IdTable<PoolCall>, 'values'>
  settle(call: PoolCall, ending: Ending): void
}

/** Ends calls that are not to go on: cancelled, too late, or without a worker that could run them. */
export class EarlyEnds {
  readonly #home: EarlyEndsHome
  readonly #room: WaitingRoom

  constructor(home: EarlyEndsHome, room: WaitingRoom) {
    this.#home = home
    this.#room = room
  }

  /** Ends a call that waits; a body is told to stop and keeps its slot until it has. Its children go along. */
  cancel(call: PoolCall, reason: Fault): void {
    const pending: [call: PoolCall, reason: Fault][] = [[call, reason]]
    for (let next = pending.pop(); next; next = pending.pop()) {
      const [one, why] = next
      if (one.isSettled || one.cancelled) continue
      one.cancelled = why
      for (const child of one.children?.values() ?? [])
        pending.push([child, parentsEnd(child, this.#home.name)])
      if (one.state === 'waiting') this.#cancelWaiting(one, why)
      else one.seat?.port.cancel(one, why)
    }
  }

  tooLate(call: PoolCall, limitMs: number): void {
    this.cancel(call, startsTooLate(call, this.#home.name, limitMs))
  }

  /** No worker takes it. */
  turnAway(call: PoolCall): void {
    this.cancel(call, admittedNowhere(call, this.#home.name))
  }

  /** Ends whatever waits for this worker alone, which takes no more. */
  refusePinned(seat: Seat): void {
    for (const call of this.#home.calls.values()) {
      if (call.pinned !== seat || call.state !== 'waiting') continue
      this.#cancelWaiting(call, workerIsClosed(call, this.#home.name, seat.worker))
    }
  }

  /** Ends whatever waits, as there is nobody who could run it. */
  refuseWaiting(faultOf: (call: PoolCall) => Fault): void {
    for (const call of this.#home.calls.values()) {
      if (call.state !== 'waiting') continue
      this.#room.leave(call)
      this.#home.settle(call, { ok: false, phase: 'infra', started: false, fault: faultOf(call) })
    }
  }

  #cancelWaiting(call: PoolCall, reason: Fault): void {
    this.#room.leave(call)
    this.#home.settle(call, neverBegan(reason))
  }
}
