/** After looking in vain, every so many waits are patient again. */
const patientOnceIn = 32

/**
 * How long a wait looks for something before it sleeps. Less after looking in vain: both sides may share a core, and
 * whoever looks keeps the other one from working.
 */
export class Patience {
  readonly #mostMs: number
  #ms: number
  #waits = 0

  constructor(mostMs: number) {
    this.#mostMs = mostMs
    this.#ms = mostMs
  }

  /** For the wait that begins, in milliseconds. */
  next(): number {
    return this.#ms === 0 && ++this.#waits % patientOnceIn === 0 ? this.#mostMs : this.#ms
  }

  rewarded(): void {
    this.#ms = this.#mostMs
  }

  disappointed(): void {
    this.#ms = this.#ms > this.#mostMs / 4 ? this.#ms / 2 : 0
  }
}
