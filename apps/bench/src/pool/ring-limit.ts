interface Waiting {
  readonly work: () => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** The floor of `exec`: a ring of waiting functions, each with the promise its caller holds. */
export class RingLimit {
  readonly #limit: number
  #ring: (Waiting | undefined)[] = new Array(1024)
  #first = 0
  #count = 0
  #running = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  exec<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const entry = { work, resolve: resolve as (value: unknown) => void, reject }
      if (this.#running < this.#limit) this.#start(entry)
      else this.#push(entry)
    })
  }

  #start({ work, resolve, reject }: Waiting): void {
    this.#running++
    work().then(
      (value) => {
        resolve(value)
        this.#next()
      },
      (reason) => {
        reject(reason)
        this.#next()
      },
    )
  }

  #next(): void {
    this.#running--
    const entry = this.#shift()
    if (entry) this.#start(entry)
  }

  #push(entry: Waiting): void {
    if (this.#count === this.#ring.length) this.#grow()
    this.#ring[(this.#first + this.#count++) & (this.#ring.length - 1)] = entry
  }

  #shift(): Waiting | undefined {
    if (this.#count === 0) return undefined
    const entry = this.#ring[this.#first]
    this.#ring[this.#first] = undefined
    this.#first = (this.#first + 1) & (this.#ring.length - 1)
    this.#count--
    return entry
  }

  #grow(): void {
    const unrolled = [...this.#ring.slice(this.#first), ...this.#ring.slice(0, this.#first)]
    unrolled.length *= 2
    this.#ring = unrolled
    this.#first = 0
  }
}
