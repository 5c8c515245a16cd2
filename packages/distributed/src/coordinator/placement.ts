import { Affinity } from './affinity.js'
import type { PoolCall } from './pool-call.js'
import type { Seat } from './seat.js'

/** Which worker a call goes to, and the calls that none of those with a free slot may have. */
export class Placement {
  readonly #seats = new Set<Seat>()
  /** Came to their turn when no worker with a free slot was one for them. */
  readonly #aside = new Set<PoolCall>()
  readonly #affinity = new Affinity()

  get seats(): ReadonlySet<Seat> {
    return this.#seats
  }

  /** Calls that are set aside. */
  get waiting(): number {
    return this.#aside.size
  }

  add(seat: Seat): void {
    this.#seats.add(seat)
  }

  delete(seat: Seat): void {
    this.#seats.delete(seat)
    this.#affinity.delete(seat)
  }

  /** The call goes to this worker. */
  placed({ request }: PoolCall, seat: Seat): void {
    this.#affinity.note(request, seat)
  }

  /**
   * The worker that last had the key of the call; else the one with the fewest calls, and one whose loop is blocked
   * only where there is no other.
   */
  pick(call: PoolCall, now: number): Seat | undefined {
    const known = this.#affinity.seatFor(call.request)
    if (known?.hasFreeSlot && known.isFor(call) && !known.isSilent(now)) return known
    let best: Seat | undefined
    let isBestSilent = false
    for (const seat of this.#seats) {
      if (!seat.hasFreeSlot || !seat.isFor(call)) continue
      const isSilent = seat.isSilent(now)
      const isBetter = isSilent === isBestSilent ? isLess(seat, best) : isBestSilent
      if (best !== undefined && !isBetter) continue
      best = seat
      isBestSilent = isSilent
    }
    return best
  }

  /** The call waits for a worker that is one for it; for a suspect, one is kept free. */
  setAside(call: PoolCall): void {
    this.#aside.add(call)
    if (!call.isSuspect) return
    for (const seat of this.#seats) {
      // Whoever waits in there may need that very worker to go on.
      if (seat.state !== 'open' || seat.loner || seat.suspended > 0) continue
      if (!seat.qualifiesFor(call)) continue
      seat.loner = call
      return
    }
  }

  /** Takes out the first one set aside that this worker may have. */
  takeFor(seat: Seat): PoolCall | undefined {
    for (const call of this.#aside) {
      if (!seat.isFor(call)) continue
      this.#aside.delete(call)
      return call
    }
    return undefined
  }

  /** Takes out all of them, the last one first. */
  takeAll(): PoolCall[] {
    const calls = [...this.#aside].reverse()
    this.#aside.clear()
    return calls
  }

  /** @returns whether the call was set aside. */
  leave(call: PoolCall): boolean {
    return this.#aside.delete(call)
  }

  /** The worker that is kept for a suspect which has not come to it. */
  keptFor(call: PoolCall): Seat | undefined {
    if (!call.isSuspect) return undefined
    for (const seat of this.#seats) if (seat.loner === call) return seat
    return undefined
  }
}

function isLess(seat: Seat, other: Seat | undefined): boolean {
  return other === undefined || seat.calls.size < other.calls.size
}
