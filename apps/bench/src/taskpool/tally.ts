/** The no-op task of this suite: it shows that each of the numbers 0, 1, 2, … came once. */
export class Tally {
  #count = 0
  #sum = 0

  readonly add = async (n: number): Promise<void> => {
    this.#count++
    this.#sum += n
  }

  /** @throws {Error} not all of the numbers below `count` came, or others. */
  check(count: number): void {
    const sum = (count * (count - 1)) / 2
    if (this.#count === count && this.#sum === sum) return
    throw new Error(
      `Expected ${count} tasks with the sum ${sum}, got ${this.#count} with ${this.#sum}.`,
    )
  }
}
