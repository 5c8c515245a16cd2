const range = 2 ** 32

/** The number after `seq`: 32 bits, and 0 is left out. */
export function seqAfter(seq: number): number {
  const next = (seq + 1) % range
  return next === 0 ? 1 : next
}

/** Whether `one` was given out after `other`; they are less than half of the range apart. */
export function isLater(one: number, other: number): boolean {
  return ((one - other) | 0) > 0
}

/** Sees to it that each message of the other side is taken once, and that none is missing. */
export class Inbox {
  #seq = 0
  #unacknowledged = 0

  /** The last one taken. */
  get seq(): number {
    return this.#seq
  }

  /** Messages taken since `acknowledged()`. */
  get unacknowledged(): number {
    return this.#unacknowledged
  }

  /** @returns `'known'`: it came before, sent again after a reconnect. `'gap'`: one before it is missing. */
  take(seq: number): 'new' | 'known' | 'gap' {
    if (seq !== seqAfter(this.#seq)) return isLater(seq, this.#seq) ? 'gap' : 'known'
    this.#seq = seq
    this.#unacknowledged++
    return 'new'
  }

  /** The other side is told `seq` in this moment. */
  acknowledged(): number {
    this.#unacknowledged = 0
    return this.#seq
  }
}
