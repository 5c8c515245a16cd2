import { LeaseLostError } from '../errors.js'

/** Who holds what the lease is for. */
export interface LeaseHolder {
  /** Whether anything is held or waited for. */
  isNeeded(): boolean
  /** Asks for more time; resolves when the server has heard it. */
  renew(): Promise<unknown>
  lost(reason: LeaseLostError): void
}

/** While something is held, the server hears of it so often at the least. */
const mostRenewMs = 10_000

/**
 * How long the server is certain to keep what a session holds, as far as this side can tell: `leaseMs` from when the last
 * question was sent that it answered. It is over here before it is over there.
 */
export class Lease {
  readonly #holder: LeaseHolder
  #leaseMs = 30_000
  #resumeMs = 1000
  #confirmedAt = 0
  #renewing: NodeJS.Timeout | undefined
  #expiry: NodeJS.Timeout | undefined
  #interruption: NodeJS.Timeout | undefined

  constructor(holder: LeaseHolder) {
    this.#holder = holder
  }

  /** The server says for how long it keeps what a silent session holds, and what one without a socket does. */
  begin(leaseMs: number, resumeMs: number): void {
    this.#leaseMs = leaseMs
    this.#resumeMs = resumeMs
    this.resumed()
  }

  /** Something is about to be held or waited for; nothing was before `now`, or it is known already. */
  watch(now: number): void {
    if (this.#renewing !== undefined || this.#leaseMs === Number.POSITIVE_INFINITY) return
    this.#confirmedAt = now
    this.#renewing = setInterval(() => this.#renew(), Math.min(mostRenewMs, this.#leaseMs / 3))
    this.#renewing.unref()
    this.#expireIn(this.#leaseMs)
  }

  /** The server has answered what was sent then. */
  confirmed(sentAt: number): void {
    if (sentAt > this.#confirmedAt) this.#confirmedAt = sentAt
  }

  /** The socket broke: the server waits for another one, and then passes on what was held. */
  interrupted(): void {
    if (this.#interruption !== undefined || !this.#holder.isNeeded()) return
    const over = (): void =>
      this.#holder.lost(new LeaseLostError('The connection of its session broke.'))
    this.#interruption = setTimeout(over, Math.min(this.#resumeMs, 2 ** 31 - 1))
    this.#interruption.unref()
  }

  resumed(): void {
    clearTimeout(this.#interruption)
    this.#interruption = undefined
  }

  end(): void {
    this.resumed()
    clearInterval(this.#renewing)
    clearTimeout(this.#expiry)
    this.#renewing = this.#expiry = undefined
  }

  #renew(): void {
    if (this.#holder.isNeeded()) this.#holder.renew().catch(() => {})
    else this.end()
  }

  #expireIn(ms: number): void {
    this.#expiry = setTimeout(() => this.#look(), Math.min(ms, 2 ** 31 - 1))
    this.#expiry.unref()
  }

  #look(): void {
    const left = this.#confirmedAt + this.#leaseMs - performance.now()
    if (left > 0) {
      this.#expireIn(left)
      return
    }
    this.#expireIn(this.#leaseMs)
    const text = `Its server was silent for ${this.#leaseMs} ms, the leaseMs.`
    this.#holder.lost(new LeaseLostError(text))
  }
}
