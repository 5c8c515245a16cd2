import type { Transferable } from '@conc/core'
import type { ControlBlock, Side, Sleep } from './control-block.js'
import { kind, type LinkParts, type Message } from './messages.js'
import { newRing, RingWriter } from './ring/ring.js'
import { ShapeBook } from './ring/shapes.js'

/** What sender and receiver need of the way between the threads. */
export interface Wire {
  /** @throws what `postMessage` throws. */
  post(message: Message, transfer?: readonly Transferable[]): void
  /** Takes in one message that has come; `false`: there is none. */
  receiveOne(): boolean
  /** Wakes the other side, which sleeps so. */
  wake(how: Sleep): void
}

const smallValuesBeforeRing = 4
/** After values that were not for the ring, how many at the most go by the port untried. */
const skippedAtMost = 63

/** Sends items, by the ring or by the port, and knows how many may be on their way. */
export class Sender {
  readonly #control: ControlBlock
  readonly #side: Side
  readonly #peer: Side
  readonly #wire: Wire
  readonly #credit: number
  readonly #shapes: ShapeBook
  #count: number
  /** How many items had been taken when last asked. */
  #taken: number
  #ring: RingWriter | undefined
  #smallValues = 0
  #skipped = 0
  #skip = 0

  constructor(parts: LinkParts, control: ControlBlock, wire: Wire) {
    const { side, capacity, outRing, outShapes } = parts
    this.#control = control
    this.#side = side
    this.#peer = side === 0 ? 1 : 0
    this.#wire = wire
    this.#credit = Math.max(capacity, 1)
    this.#shapes = new ShapeBook((id, shape) => wire.post([kind.shape, id, shape]), outShapes)
    this.#count = control.sent(side)
    this.#taken = control.nextTaken(side)
    if (outRing) this.#ring = new RingWriter(outRing, this.#shapes, control, side)
  }

  /** What travels with the end. */
  detach(): Pick<LinkParts, 'outRing' | 'outShapes'> {
    return { outRing: this.#ring?.parts, outShapes: this.#shapes.shapes }
  }

  get hasCredit(): boolean {
    if (((this.#count - this.#taken) | 0) < this.#credit) return true
    this.#taken = this.#control.nextTaken(this.#side)
    return ((this.#count - this.#taken) | 0) < this.#credit
  }

  /** The number of the item that was sent last. */
  get lastNumber(): number {
    return (this.#count - 1) | 0
  }

  isTaken(number: number): boolean {
    return ((this.#control.nextTaken(this.#side) - number) | 0) > 0
  }

  /** @returns `false`: it has been taken. */
  takeBack(number: number): boolean {
    return this.#control.claim(this.#side, number)
  }

  /** Sends a small value of plain data. @returns `false`: it has to go by the port. */
  sendSmall(value: unknown): boolean {
    if (this.#skipped > 0) {
      this.#skipped--
      return false
    }
    const ring = this.#ring ?? this.#ringFor(value)
    if (ring === undefined || !ring.hasRoom()) return false
    const end = ring.encode(value)
    this.#noteFit(end > 0)
    if (end === 0) return false
    ring.commit(end, this.#count)
    this.#setCount(this.#count + 1)
    this.#wire.wake(this.#control.wakeReader(this.#peer))
    return true
  }

  /** @throws what `postMessage` throws; nothing has been sent then. */
  sendByPort(message: Message, transfer: readonly Transferable[]): void {
    // Counted first: by the time it arrives, it counts. Until then it is not there yet.
    this.#setCount(this.#count + 1)
    try {
      this.#wire.post(message, transfer)
    } catch (error) {
      this.#setCount(this.#count - 1)
      throw error
    }
    this.#wire.wake(this.#control.wakeBlockedReader(this.#peer))
  }

  #setCount(count: number): void {
    this.#count = count | 0
    this.#control.setSent(this.#side, this.#count)
  }

  /** Trying a large value costs something: after some that did not fit, most are not tried. */
  #noteFit(fits: boolean): void {
    this.#skip = fits ? 0 : Math.min(2 * this.#skip + 1, skippedAtMost)
    this.#skipped = this.#skip
  }

  #ringFor(value: unknown): RingWriter | undefined {
    if (!isSmall(value) || ++this.#smallValues < smallValuesBeforeRing) return undefined
    const parts = newRing()
    this.#wire.post([kind.ring, parts])
    this.#ring = new RingWriter(parts, this.#shapes, this.#control, this.#side)
    return this.#ring
  }
}

/** Whether it looks like one. */
function isSmall(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}
