/** The floor of the load test: nothing but a count, a line of wake-ups, and no failure handling. */
export class Semaphore {
  #free: number
  readonly #line: (() => void)[] = []

  constructor(size: number) {
    this.#free = size
  }

  acquire(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--
      return undefined
    }
    return new Promise((resolve) => {
      this.#line.push(resolve)
    })
  }

  release(): void {
    const wake = this.#line.shift()
    if (wake) wake()
    else this.#free++
  }
}
