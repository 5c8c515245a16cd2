/** The two ends of a linked channel. */
export type Side = 0 | 1

/** How an end waits: not at all, in its event loop, or in `Atomics.wait`. */
export type Sleep = 0 | 1 | 2
export const awake = 0
export const inLoop = 1
export const inAtomics = 2

// A word per cache line, so that one end's counting does not slow the other end down.
const stride = 16
const words = 17

/** What both ends of a linked channel see at once, without a message. Each word is written by one end, but for the claims. */
export class ControlBlock {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(words * stride * 4)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  /** Items that `side` has sent and nobody has taken. Counters wrap. */
  inFlight(side: Side): number {
    return (this.#load(side) - this.#load(2 + side)) | 0
  }

  /** Counts an item that was sent. @returns its sequence number. */
  countSent(side: Side): number {
    return Atomics.add(this.#words, side * stride, 1)
  }

  /** The number of the next item of `side` to be taken. */
  nextTaken(side: Side): number {
    return this.#load(2 + side)
  }

  /** Makes item `number` of `side` the caller's: its reader takes it, or its writer takes it back. */
  claim(side: Side, number: number): boolean {
    const at = (2 + side) * stride
    return Atomics.compareExchange(this.#words, at, number, (number + 1) | 0) === number
  }

  /** `side` will not begin to put any more. */
  finishWriting(side: Side): void {
    this.#store(4 + side, 1)
  }

  close(side: Side): void {
    this.#store(6 + side, 1)
  }

  isClosed(side: Side): boolean {
    return this.#load(6 + side) === 1
  }

  discard(): void {
    this.#store(8, 1)
  }

  get isDiscarded(): boolean {
    return this.#load(8) === 1
  }

  setReader(side: Side, how: Sleep): void {
    this.#store(9 + side, how)
  }

  reader(side: Side): Sleep {
    return this.#load(9 + side) as Sleep
  }

  setWriter(side: Side, how: Sleep): void {
    this.#store(11 + side, how)
  }

  writer(side: Side): Sleep {
    return this.#load(11 + side) as Sleep
  }

  /** @returns whether the writer of `side` waited in its loop; only one caller is told so. */
  wakeWriterInLoop(side: Side): boolean {
    return Atomics.compareExchange(this.#words, (11 + side) * stride, inLoop, awake) === inLoop
  }

  /** `side` has been opened in a thread, and has said by message where its bell is. */
  countOpened(side: Side): void {
    Atomics.add(this.#words, (13 + side) * stride, 1)
  }

  timesOpened(side: Side): number {
    return this.#load(13 + side)
  }

  /** The thread of `side` has ended. */
  setGone(side: Side, exitCode: number): void {
    this.#store(15 + side, exitCode + 1)
  }

  isGone(side: Side): boolean {
    return this.#load(15 + side) !== 0
  }

  exitCode(side: Side): number {
    return this.#load(15 + side) - 1
  }

  get isAlive(): boolean {
    const isOver = this.isClosed(0) || this.isClosed(1) || this.isGone(0) || this.isGone(1)
    return !isOver && !(this.#load(4) === 1 && this.#load(5) === 1)
  }

  #load(word: number): number {
    return Atomics.load(this.#words, word * stride)
  }

  #store(word: number, value: number): void {
    Atomics.store(this.#words, word * stride, value)
  }
}
