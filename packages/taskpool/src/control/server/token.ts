import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares tokens in a time that says nothing of them. */
export class TokenCheck {
  readonly #digest: Buffer | undefined

  /** @param token `undefined`: whatever comes is accepted. */
  constructor(token: string | undefined) {
    if (token !== undefined) this.#digest = digestOf(token)
  }

  accepts(token: string | undefined): boolean {
    if (this.#digest === undefined) return true
    return token !== undefined && timingSafeEqual(this.#digest, digestOf(token))
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
