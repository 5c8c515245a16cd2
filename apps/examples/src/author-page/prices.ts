import type { Book } from './library.js'

/** The price service answered, but not with a price. */
export class PriceError extends Error {
  override readonly name = 'PriceError'
}

/** Asks the price service. It is another team's, and busy at times. */
export class Prices {
  readonly #address: URL

  constructor(address: URL) {
    this.#address = address
  }

  /** In cents. @throws {PriceError} */
  async of({ id }: Book, signal: AbortSignal): Promise<number> {
    const response = await fetch(new URL(`/prices/${id}`, this.#address), { signal })
    if (!response.ok)
      throw new PriceError(`The price service says ${response.status} to book ${id}.`)
    const { cents } = (await response.json()) as { cents: number }
    return cents
  }
}
