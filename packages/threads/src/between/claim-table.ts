const bitsOfState = 3
const bitsAboveId = 4
const idMask = 0x0fff_ffff

const free = 0
const offered = 1
const loading = 2
const claimed = 3
const aborted = 4
const killed = 5
const refused = 6

/** Calls of one thread whose start and end can be told exactly; more at a time go without. A power of two. */
const cellCount = 1024

/** The word of a call in the table, which its id ends with; -1 for calls that go without. */
export function cellOf(id: number): number {
  return id < 0 ? -1 : id & (cellCount - 1)
}

/**
 * What both sides of a thread agree on about each call that was sent: one word of shared memory, (id, state).
 * The thread starts a body only if its compare-exchange wins against the parent's withdrawal, so "never runs" is exact;
 * the word outlives the thread, so what is said about its last calls is exact too. A call without a word counts as
 * wanted, started and not to be withdrawn.
 *
 *     offered → claimed → free            a body
 *     offered → loading → claimed         its module had to be imported first
 *     offered → free                      withdrawn before it started
 *     loading → refused → free            it is not wanted any more, and its body will not begin
 *     claimed → aborted → free            the body was told to stop
 *     refused, aborted → killed           the module, or the body, ignored that, and the thread is ended for it
 */
export class ClaimTable {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  /** Thread: the call's module is being imported. @returns whether the call is still wanted. */
  load(id: number): boolean {
    return id < 0 || this.#change(id, offered, loading)
  }

  /** Thread: the body starts. @returns whether the call is still wanted. */
  claim(id: number): boolean {
    return id < 0 || this.#change(id, offered, claimed) || this.#change(id, loading, claimed)
  }

  /** Thread: the body is over. @returns `false` when the thread is being ended for it and must not take up anything. */
  end(id: number): boolean {
    return id < 0 || Atomics.exchange(this.#words, cellOf(id), free) !== word(id, killed)
  }

  /** Thread: whether the body may have been told to stop. */
  isAborted(id: number): boolean {
    return id < 0 || this.#stateOf(id) === word(id, aborted)
  }

  /** Parent: takes the call back. @returns `false` when the thread was faster. */
  withdraw(id: number): boolean {
    return id >= 0 && this.#change(id, offered, free)
  }

  /** Parent: where the module of the call is being imported, its body will not begin; the thread tells when that is over. */
  refuse(id: number): void {
    if (id >= 0) this.#change(id, loading, refused)
  }

  /** Parent: marks the call as cancelled; to be called after the message with the reason was posted. */
  abort(id: number): void {
    if (id >= 0 && !this.#change(id, claimed, aborted)) this.refuse(id)
  }

  /** Parent: @returns whether that same body may still run; from now on its thread takes up nothing else. */
  kill(id: number): boolean {
    return id < 0 || this.#change(id, aborted, killed) || this.#change(id, refused, killed)
  }

  /** Parent: whether the body of a call that has not been answered has begun. */
  isStarted(id: number): boolean {
    if (id < 0) return true
    const now = this.#stateOf(id)
    return ![offered, loading, refused].some((state) => now === word(id, state))
  }

  /** Parent: puts a call on offer in a cell that nobody else uses. */
  offer(id: number): void {
    Atomics.store(this.#words, cellOf(id), word(id, offered))
  }

  #stateOf(id: number): number {
    return Atomics.load(this.#words, cellOf(id))
  }

  #change(id: number, from: number, to: number): boolean {
    const expected = word(id, from)
    return Atomics.compareExchange(this.#words, cellOf(id), expected, word(id, to)) === expected
  }
}

/** The parent's side of a table: gives out ids, and with them the cells. */
export class ClaimCells {
  readonly table: ClaimTable
  readonly #free: number[]
  #last = 0
  #lastWithout = 0

  constructor(size: number = cellCount) {
    this.table = new ClaimTable(new SharedArrayBuffer(cellCount * Int32Array.BYTES_PER_ELEMENT))
    this.#free = Array.from({ length: size }, (_, index) => size - 1 - index)
  }

  get free(): number {
    return this.#free.length
  }

  /** Puts a call on offer. @returns its id; a negative one where the table is full and it goes without a cell. */
  take(): number {
    const cell = this.#free.pop()
    if (cell === undefined) return --this.#lastWithout
    this.#last = (this.#last + cellCount) & idMask || cellCount
    const id = this.#last | cell
    this.table.offer(id)
    return id
  }

  giveBack(id: number): void {
    if (id >= 0) this.#free.push(cellOf(id))
  }
}

/** Sorts the ids of one thread's calls as they were given out; only for calls with a cell. */
export function byId(one: number, other: number): number {
  // They go round after 2 ** 28.
  return ((one - other) << bitsAboveId) >> bitsAboveId
}

function word(id: number, state: number): number {
  return state === free ? free : ((id & idMask) << bitsOfState) | state
}
