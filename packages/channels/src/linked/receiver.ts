import { nothing } from '../channel/nothing.js'
import { ItemQueue } from '../memory/item-queue.js'
import type { ControlBlock, Side } from './control-block.js'
import type { LinkParts } from './messages.js'
import { type RingParts, RingReader } from './ring/ring.js'
import type { Shape } from './ring/shapes.js'
import type { Wire } from './sender.js'

/** Takes items in the order of their numbers, from the ring or from what came by the port. */
export class Receiver {
  readonly #control: ControlBlock
  readonly #writer: Side
  readonly #wire: Wire
  readonly #inbox = new ItemQueue<unknown>()
  readonly #shapes: Shape[]
  readonly #isBounded: boolean
  #next: number
  /** How many items had been sent when last asked. */
  #sent: number
  #ring: RingReader | undefined

  constructor(parts: LinkParts, control: ControlBlock, wire: Wire) {
    this.#control = control
    this.#writer = parts.side === 0 ? 1 : 0
    this.#wire = wire
    this.#isBounded = parts.capacity !== Number.POSITIVE_INFINITY
    this.#shapes = [...parts.inShapes]
    this.#next = this.#sent = parts.next
    for (const item of parts.received) this.#inbox.push(item)
    if (parts.inRing) this.useRing(parts.inRing)
  }

  /** What travels with the end; to be called once. */
  detach(): Pick<LinkParts, 'received' | 'next' | 'inRing' | 'inShapes'> {
    const received: unknown[] = []
    while (this.#inbox.size > 0) received.push(this.#inbox.shift())
    return { received, next: this.#next, inRing: this.#ring?.parts, inShapes: this.#shapes }
  }

  useRing(parts: RingParts): void {
    this.#ring = new RingReader(parts, this.#shapeOf, this.#control, this.#writer)
  }

  learnShape(id: number, shape: Shape): void {
    this.#shapes[id] = shape
  }

  receive(item: unknown): void {
    this.#inbox.push(item)
  }

  discard(): void {
    this.#inbox.clear()
  }

  /** Takes the next item, or `nothing`. */
  take(): unknown {
    while (this.#isThere()) {
      const number = this.#next
      const value = this.#shift()
      // Its sender may have taken it back.
      if (!this.#control.claim(this.#writer, number)) continue
      if (this.#isBounded) this.#wire.wake(this.#control.wakeWriter(this.#writer))
      return value
    }
    return nothing
  }

  hasItem(): boolean {
    while (this.#isThere()) {
      if (this.#control.nextTaken(this.#writer) === this.#next) return true
      this.#shift()
    }
    return false
  }

  #shift(): unknown {
    const number = this.#next
    this.#next = (number + 1) | 0
    return this.#ring?.holds(number) ? this.#ring.read() : this.#inbox.shift()
  }

  /** Whether the next item has been sent and has come. */
  #isThere(): boolean {
    if (this.#next === this.#sent && !this.#hasMore()) return false
    while (!this.#ring?.holds(this.#next) && this.#inbox.size === 0) {
      if (this.#wire.receiveOne()) continue
      // Counted, and about to be posted.
      this.#sent = this.#next
      return false
    }
    return true
  }

  #hasMore(): boolean {
    this.#sent = this.#control.sent(this.#writer)
    if (this.#next !== this.#sent) return true
    this.#ring?.tell()
    return false
  }

  /** The announcement has been posted before the item was written. */
  readonly #shapeOf = (id: number): Shape => {
    while (this.#shapes[id] === undefined && this.#wire.receiveOne());
    return this.#shapes[id] ?? []
  }
}
