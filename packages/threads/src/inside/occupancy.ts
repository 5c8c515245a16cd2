/** Stands where no body of this thread asks. */
export const noBody = 0

/**
 * How many bodies of this thread hold a slot, counted as the parent counts it: one that waits for nested calls holds
 * none, from its first one that is out to the delivery of its last answer.
 */
export class Occupancy {
  readonly #slots: number
  readonly #onFree: () => void
  readonly #outstanding = new Map<number, number>()
  #running = 0

  /** @param onFree called in a microtask when a body that waits has given up its slot. */
  constructor(slots: number, onFree: () => void) {
    this.#slots = slots
    this.#onFree = onFree
  }

  get hasRoom(): boolean {
    return this.#running < this.#slots
  }

  begin(): void {
    this.#running++
  }

  end(body: number): void {
    // One that did not wait for its nested calls gave its slot up before.
    if (!this.#outstanding.delete(body)) this.#running--
  }

  /** Whether it waits for one answer and no more. */
  waitsForOne(body: number): boolean {
    return this.#outstanding.get(body) === 1
  }

  /** Whether it has a slot. */
  isRunning(body: number): boolean {
    return !this.#outstanding.has(body)
  }

  waits(body: number): void {
    if (body === noBody) return
    const before = this.#outstanding.get(body) ?? 0
    this.#outstanding.set(body, before + 1)
    if (before > 0) return
    this.#running--
    queueMicrotask(this.#onFree)
  }

  goesOn(body: number): void {
    const left = (this.#outstanding.get(body) ?? 0) - 1
    if (left > 0) this.#outstanding.set(body, left)
    else if (left === 0) {
      this.#outstanding.delete(body)
      this.#running++
    }
  }
}
