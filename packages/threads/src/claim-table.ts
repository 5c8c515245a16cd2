const bitsOfState = 3
const idMask = 0x0fff_ffff

const free = 0
const offered = 1
const loading = 2
const claimed = 3
const aborted = 4
const killed = 5

/**
 * What both sides of a thread agree on about each call that was sent: one word of shared memory, (id, state).
 * The thread starts a body only if its compare-exchange wins against the parent's withdrawal, so "never runs" is exact;
 * the word outlives the thread, so what is said about its last calls is exact too.
 *
 *     offered → claimed → free            a body
 *     offered → loading → claimed         its module had to be imported first
 *     offered → free                      withdrawn before it started
 *     claimed, loading → aborted → killed the body ignored its cancel, and the thread is ended for it
 */
export class ClaimTable {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  /** Thread: the call's module is being imported. @returns whether the call is still wanted. */
  load(cell: number, id: number): boolean {
    return this.#change(cell, id, offered, loading)
  }

  /** Thread: the body starts. @returns whether the call is still wanted. */
  claim(cell: number, id: number): boolean {
    return this.#change(cell, id, offered, claimed) || this.#change(cell, id, loading, claimed)
  }

  /** Thread: the body is over. @returns `false` when the thread is being ended for it and must not take up anything. */
  end(cell: number, id: number): boolean {
    return Atomics.exchange(this.#words, cell, free) !== word(id, killed)
  }

  /** Thread: whether the body was told to stop. */
  isAborted(cell: number, id: number): boolean {
    return Atomics.load(this.#words, cell) === word(id, aborted)
  }

  /** Parent: takes the call back. @returns `false` when the thread was faster. */
  withdraw(cell: number, id: number): boolean {
    return this.#change(cell, id, offered, free)
  }

  /** Parent: marks a running body as cancelled; to be called after the message with the reason was posted. */
  abort(cell: number, id: number): void {
    if (!this.#change(cell, id, claimed, aborted)) this.#change(cell, id, loading, aborted)
  }

  /** Parent: @returns whether that same body still runs; from now on its thread takes up nothing else. */
  kill(cell: number, id: number): boolean {
    return this.#change(cell, id, aborted, killed)
  }

  /** Parent: whether the body of a call that has not been answered has begun. */
  isStarted(cell: number, id: number): boolean {
    const now = Atomics.load(this.#words, cell)
    return now !== word(id, offered) && now !== word(id, loading)
  }

  /** Parent: puts a call on offer in a cell that nobody else uses. */
  offer(cell: number, id: number): void {
    Atomics.store(this.#words, cell, word(id, offered))
  }

  #change(cell: number, id: number, from: number, to: number): boolean {
    const expected = word(id, from)
    return Atomics.compareExchange(this.#words, cell, expected, word(id, to)) === expected
  }
}

/** The parent's side of a table: which cells are in use. */
export class ClaimCells {
  readonly table: ClaimTable
  readonly #free: number[]

  constructor(size: number) {
    this.table = new ClaimTable(new SharedArrayBuffer(size * Int32Array.BYTES_PER_ELEMENT))
    this.#free = Array.from({ length: size }, (_, index) => size - 1 - index)
  }

  /** Puts a call on offer. @returns its cell, or -1 where the table is full and the call goes without. */
  take(id: number): number {
    const cell = this.#free.pop()
    if (cell === undefined) return -1
    this.table.offer(cell, id)
    return cell
  }

  get free(): number {
    return this.#free.length
  }

  giveBack(cell: number): void {
    if (cell >= 0) this.#free.push(cell)
  }
}

function word(id: number, state: number): number {
  return state === free ? free : ((id & idMask) << bitsOfState) | state
}
