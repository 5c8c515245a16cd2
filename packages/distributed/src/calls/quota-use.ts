/** A call, as the quotas of its session see it. */
export interface QuotaCall {
  /** Of its arguments. */
  readonly byteLength: number
  /** It comes of another one that is in flight in the session, which may wait for it: it may not wait for that one. */
  readonly isExempt: boolean
}

/** What the quotas of a session hold for: its calls in flight, but for those that come of others of them. */
export class QuotaUse {
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  add({ byteLength, isExempt }: QuotaCall): void {
    if (isExempt) return
    this.#count++
    this.#bytes += byteLength
  }

  delete({ byteLength, isExempt }: QuotaCall): void {
    if (isExempt) return
    this.#count--
    this.#bytes -= byteLength
  }
}
