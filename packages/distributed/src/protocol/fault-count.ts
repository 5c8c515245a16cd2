import { badFrames } from './limits.js'

/** Frames that were dropped or refused. Some are the leavings of a race; so many are not. */
export class FaultCount {
  readonly #limit: number
  #count = 0

  constructor(limit: number = badFrames) {
    this.#limit = limit
  }

  get count(): number {
    return this.#count
  }

  /** @returns whether that was one too many. */
  add(): boolean {
    return ++this.#count >= this.#limit
  }
}
