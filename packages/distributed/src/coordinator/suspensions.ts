import type { PoolCall } from './pool-call.js'
import type { WaitingRoom } from './waiting-room.js'

/** Bodies that wait for something and have no slot meanwhile. */
export class Suspensions {
  readonly #room: WaitingRoom
  readonly #observe: (event: 'suspended' | 'resumed', call: PoolCall) => void

  constructor(
    room: WaitingRoom,
    observe: (event: 'suspended' | 'resumed', call: PoolCall) => void,
  ) {
    this.#room = room
    this.#observe = observe
  }

  /** A body waits for one more thing; with the first one it gives its slot up. */
  suspend(call: PoolCall): void {
    if (call.outstanding++ > 0 || !call.hasBody || !call.seat) return
    // It gave up what it waited for before, and did not wait for its slot: with one it would keep others from theirs.
    call.seat.resumption.forget(call)
    call.seat.suspended++
    this.#observe('suspended', call)
    // What it waits for may need this very worker.
    if (call.seat.loner && call.seat.loner !== call) this.#room.openAgain(call.seat)
    call.seat.drop(call)
  }

  /** Something that a body waited for is over; `deliver` is called when the body may go on. */
  resume(call: PoolCall | undefined, deliver: () => void): void {
    const seat = call?.seat
    if (!call || --call.outstanding > 0 || !call.hasBody || !seat) return void deliver()
    seat.suspended--
    if (call.holdsSlot || seat.state === 'gone') return void deliver()
    seat.resumption.add(call, () => {
      this.#observe('resumed', call)
      deliver()
    })
  }
}
