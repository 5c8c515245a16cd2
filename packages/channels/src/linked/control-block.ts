/** The two ends of a linked channel. */
export type Side = 0 | 1

/** How an end waits: not at all, in its event loop, in `Atomics.wait`, or by looking again and again. */
export type Sleep = 0 | 1 | 2 | 3
export const awake = 0
export const inLoop = 1
export const inAtomics = 2
export const looking = 3

/** What both ends have said so far, in one word: a load of shared memory costs as much as a small call. */
export type State = number

const closedBy: readonly State[] = [1, 2]
const finishedBy: readonly State[] = [4, 8]
const goneBy: readonly State[] = [16, 32]
const discardedBit: State = 64
const over = 1 | 2 | 16 | 32

// One word of 4 bytes per cache line of 64, so that one end's counting does not slow the other end down.
const shift = 4
const word = {
  state: 0,
  sent: 1,
  taken: 3,
  reader: 5,
  writer: 7,
  opened: 9,
  exitCode: 11,
  ringHead: 13,
  words: 15,
} as const

/** What both ends of a linked channel see at once, without a message. Counters wrap. */
export class ControlBlock {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer((word.words << shift) * 4)) {
    this.buffer = buffer
    this.#words = new Int32Array(buffer)
  }

  get state(): State {
    return this.#load(word.state)
  }

  /** The same for nearly nothing, as long as nobody has said anything: such a look may be late, but not wrong. */
  get stateAtAGlance(): State {
    return this.#words[0] === 0 ? 0 : this.state
  }

  /** How many items `side` has sent. */
  sent(side: Side): number {
    return this.#load(word.sent + side)
  }

  setSent(side: Side, count: number): void {
    this.#store(word.sent + side, count)
  }

  /** The number of the next item of `side` to be taken. */
  nextTaken(side: Side): number {
    return this.#load(word.taken + side)
  }

  /** Makes item `number` of `side` the caller's: its reader takes it, or its writer takes it back. */
  claim(side: Side, number: number): boolean {
    const at = (word.taken + side) << shift
    return Atomics.compareExchange(this.#words, at, number, (number + 1) | 0) === number
  }

  /** Items that `side` has sent and nobody has taken. */
  inFlight(side: Side): number {
    return Math.max(0, (this.sent(side) - this.nextTaken(side)) | 0)
  }

  /** `side` will not begin to put any more. */
  finishWriting(side: Side): void {
    this.#say(finishedBy[side] as State)
  }

  close(side: Side): void {
    this.#say(closedBy[side] as State)
  }

  discard(): void {
    this.#say(discardedBit)
  }

  /** The thread of `side` has ended. */
  setGone(side: Side, exitCode: number): void {
    this.#store(word.exitCode + side, exitCode)
    this.#say(goneBy[side] as State)
  }

  exitCode(side: Side): number {
    return this.#load(word.exitCode + side)
  }

  setReader(side: Side, how: Sleep): void {
    this.#store(word.reader + side, how)
  }

  setWriter(side: Side, how: Sleep): void {
    this.#store(word.writer + side, how)
  }

  reader(side: Side): Sleep {
    return this.#load(word.reader + side) as Sleep
  }

  writer(side: Side): Sleep {
    return this.#load(word.writer + side) as Sleep
  }

  /** @returns how the reader of `side` slept; only one caller is told so, and has to wake it. */
  wakeReader(side: Side): Sleep {
    return this.#wake(word.reader + side)
  }

  wakeWriter(side: Side): Sleep {
    return this.#wake(word.writer + side)
  }

  /** The same where the reader blocks; one that sleeps in its loop is left to what comes by the port. */
  wakeBlockedReader(side: Side): Sleep {
    return this.reader(side) === inAtomics ? this.wakeReader(side) : awake
  }

  /** `side` has been opened in a thread, and has said by message where its bell is. */
  countOpened(side: Side): void {
    Atomics.add(this.#words, (word.opened + side) << shift, 1)
  }

  timesOpened(side: Side): number {
    return this.#load(word.opened + side)
  }

  /** Up to where the ring that `side` writes has been read, in bytes since it was made. */
  ringHead(side: Side): number {
    return this.#load(word.ringHead + side)
  }

  setRingHead(side: Side, bytes: number): void {
    this.#store(word.ringHead + side, bytes)
  }

  #wake(at: number): Sleep {
    const how = this.#load(at) as Sleep
    if (how !== inLoop && how !== inAtomics) return awake
    const was = Atomics.compareExchange(this.#words, at << shift, how, awake)
    return was === how ? how : awake
  }

  #say(bit: State): void {
    Atomics.or(this.#words, word.state << shift, bit)
  }

  #load(at: number): number {
    return Atomics.load(this.#words, at << shift)
  }

  #store(at: number, value: number): void {
    Atomics.store(this.#words, at << shift, value)
  }
}

export function isAlive(state: State): boolean {
  const isWritten =
    (state & (finishedBy[0] as State)) === 0 || (state & (finishedBy[1] as State)) === 0
  return (state & over) === 0 && isWritten
}

export function isGone(state: State, side: Side): boolean {
  return (state & (goneBy[side] as State)) !== 0
}

export function isDiscarded(state: State): boolean {
  return (state & discardedBit) !== 0
}

/** Whether `side` takes nothing any more: it closed, or its thread ended, or all was dropped. */
export function takesNoMore(state: State, side: Side): boolean {
  return (state & ((closedBy[side] as State) | (goneBy[side] as State) | discardedBit)) !== 0
}

/** Whether the end of what `side` writes has been told, or soon is. */
export function endsWriting(state: State, side: Side): boolean {
  return (state & ((finishedBy[side] as State) | (goneBy[side] as State))) !== 0
}
