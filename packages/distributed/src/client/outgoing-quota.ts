import { type QuotaCall, QuotaUse } from '../calls/quota-use.js'

/** What the server lets one session have in flight. */
export interface Quota {
  readonly maxInFlight: number
  readonly maxInFlightBytes: number
  /** The arguments of one call. */
  readonly maxPayloadBytes: number
}

/** A call that may have been given an id along, by which what comes of it is known. */
interface MarkedCall extends QuotaCall {
  readonly isMarked: boolean
}

const noQuota: Quota = { maxInFlight: 0, maxInFlightBytes: 0, maxPayloadBytes: 0 }

/**
 * How far calls may be written. What comes of calls without a mark counts as any other call; so they leave room for one of
 * whatever size, and never wait all of them for what they have called.
 */
export class OutgoingQuota {
  #quota = noQuota
  readonly #all = new QuotaUse()
  readonly #unmarked = new QuotaUse()

  /** Default: nothing may be written. */
  set(quota: Quota = noQuota): void {
    this.#quota = quota
  }

  /** A single one is always within it. */
  fits({ byteLength }: QuotaCall): boolean {
    const { maxInFlight, maxInFlightBytes } = this.#quota
    const { count, bytes } = this.#all
    return count === 0 || (count < maxInFlight && bytes + byteLength <= maxInFlightBytes)
  }

  /** Whether it would leave no room for what comes of those without a mark. */
  needsMark({ byteLength }: QuotaCall): boolean {
    const { maxInFlight, maxInFlightBytes, maxPayloadBytes } = this.#quota
    const { count, bytes } = this.#unmarked
    return count + 1 >= maxInFlight || bytes + byteLength + maxPayloadBytes > maxInFlightBytes
  }

  add(call: MarkedCall): void {
    this.#all.add(call)
    if (!call.isMarked) this.#unmarked.add(call)
  }

  delete(call: MarkedCall): void {
    this.#all.delete(call)
    if (!call.isMarked) this.#unmarked.delete(call)
  }
}
