import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const lifeMs = 10_000
const randomLength = 16
const expiryLength = 8
const macLength = 32

/**
 * What a client has to prove the key with. Nothing is stored for one that was given out: it carries its own seal. One
 * that was proven is spent, and remembered until it would have expired.
 */
export class Challenges {
  readonly #secret: Buffer = randomBytes(32)
  readonly #now: () => number
  readonly #spent = new Map<string, number>()

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  make(): string {
    const body = Buffer.alloc(randomLength + expiryLength)
    randomBytes(randomLength).copy(body)
    body.writeBigUInt64LE(BigInt(this.#now() + lifeMs), randomLength)
    return Buffer.concat([body, this.#seal(body)]).toString('base64url')
  }

  /** Whether it was made here, has not expired and is not spent. */
  isOpen(challenge: string): boolean {
    const bytes = Buffer.from(challenge, 'base64url')
    if (bytes.byteLength !== randomLength + expiryLength + macLength) return false
    const body = bytes.subarray(0, randomLength + expiryLength)
    if (!timingSafeEqual(bytes.subarray(body.byteLength), this.#seal(body))) return false
    // Another spelling of the same bytes would be another text, and not be known as spent.
    if (bytes.toString('base64url') !== challenge || this.#spent.has(challenge)) return false
    return body.readBigUInt64LE(randomLength) > BigInt(this.#now())
  }

  spend(challenge: string): void {
    const now = this.#now()
    // In the order in which they were spent, so that no one behind the first live one is long over.
    for (const [spent, expiry] of this.#spent) {
      if (expiry > now) break
      this.#spent.delete(spent)
    }
    this.#spent.set(challenge, now + lifeMs)
  }

  #seal(body: Buffer): Buffer {
    return createHmac('sha256', this.#secret).update(body).digest()
  }
}
