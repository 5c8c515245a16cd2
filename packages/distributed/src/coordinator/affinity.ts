import type { CallRequest } from './call-request.js'
import type { Seat } from './seat.js'

/** The header that names a key: calls with the same one go to the same worker, as long as it has a free slot. */
const header = 'conc-affinity'
const mostKeys = 10_000

/** Which worker had the calls of a key last. */
export class Affinity {
  readonly #seats = new Map<string, Seat>()

  /** The worker that last had the key of this call. */
  seatFor({ headers }: CallRequest): Seat | undefined {
    const key = headers?.[header]
    return key === undefined ? undefined : this.#seats.get(key)
  }

  note({ headers }: CallRequest, seat: Seat): void {
    const key = headers?.[header]
    if (key === undefined) return
    this.#seats.delete(key)
    this.#seats.set(key, seat)
    if (this.#seats.size > mostKeys) this.#forgetOldest()
  }

  /** The worker is gone. */
  delete(seat: Seat): void {
    for (const [key, one] of this.#seats) if (one === seat) this.#seats.delete(key)
  }

  #forgetOldest(): void {
    for (const key of this.#seats.keys()) {
      this.#seats.delete(key)
      return
    }
  }
}
