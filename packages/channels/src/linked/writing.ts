import type { Transferable } from '@conc/core'
import { type Member, takeMoved } from '@conc/core/internal/base'
import type { Putter } from '../channel/waits.js'
import type { ControlBlock } from './control-block.js'
import type { Link } from './link.js'
import { kind } from './messages.js'
import { postParcel } from './parcel.js'

/** The puts that wait at an end, and what becomes of it when they are through. */
export interface PutLine {
  readonly capacity: number
  readonly waitingPuts: number
  nextPutter(): Putter<unknown>
  /** The number of those who wait may have changed. */
  waitsChanged(): void
  /** All that was put has been sent, and the end with it. */
  ended(): void
}

const unlisted: readonly Transferable[] = []

/** The direction in which an end puts: what waits for room, what has been sent and is not taken yet, and its end. */
export class Writing {
  readonly #line: PutLine
  readonly #control: ControlBlock
  readonly #link: Link
  #state: 'open' | 'ending' | 'ended' = 'open'
  #endError: unknown
  #isEndTold = true
  /** At capacity 0: the put whose item was sent and not taken, and the number of that. */
  #unconfirmed: { readonly putter: Putter<unknown>; readonly number: number } | undefined

  constructor(line: PutLine, control: ControlBlock, link: Link) {
    this.#line = line
    this.#control = control
    this.#link = link
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  get isEnded(): boolean {
    return this.#state === 'ended'
  }

  /** Whether a put waits until its item is taken. */
  get isUnconfirmed(): boolean {
    return this.#unconfirmed !== undefined
  }

  /** Whether an item would be sent at once. */
  get hasRoom(): boolean {
    return this.#line.waitingPuts === 0 && this.#link.sender.hasCredit
  }

  /** Sends what may be sent now. */
  flush(): void {
    if (
      this.#unconfirmed === undefined &&
      this.#line.waitingPuts === 0 &&
      this.#state !== 'ending'
    ) {
      return
    }
    this.#confirm()
    while (this.#line.waitingPuts > 0 && !this.#unconfirmed && this.#link.sender.hasCredit) {
      this.#sendNext()
    }
    if (this.#state === 'ending' && this.#line.waitingPuts === 0 && !this.#unconfirmed) this.#end()
    this.#line.waitsChanged()
  }

  /** Sends an item past the line. @throws {SerializationError} */
  send(value: unknown, transfer: readonly Transferable[] | undefined): void {
    const moved = takeMoved(value)
    const { sender } = this.#link
    if (moved === undefined && transfer === undefined && sender.sendSmall(value)) return
    const listed = moved === undefined ? transfer : [...moved, ...(transfer ?? [])]
    if (listed === undefined && isPrimitive(value)) sender.sendByPort([kind.item, value], unlisted)
    else this.#sendParcel(value, listed)
  }

  /** Nothing more is put: the end follows what waits, unless the other side needs not be told. */
  finish(error: unknown, isTold: boolean = true): void {
    if (this.#state !== 'open') return
    this.#state = 'ending'
    this.#endError = error
    this.#isEndTold = isTold
    this.#control.finishWriting(this.#link.side)
    this.flush()
  }

  refuseAll(why: () => unknown): void {
    while (this.#line.waitingPuts > 0) this.#line.nextPutter().refused(why())
    const putter = this.#unconfirmed?.putter
    if (putter === undefined) return
    if (this.takeBack(putter)) putter.refused(why())
    else putter.accepted()
  }

  /** @returns whether the item came back; `undefined`: it is not on its way. */
  takeBack(member: Member): boolean | undefined {
    const sent = this.#unconfirmed
    if (sent === undefined || sent.putter !== member) return undefined
    this.#unconfirmed = undefined
    const isBack = this.#link.sender.takeBack(sent.number)
    this.#line.waitsChanged()
    this.flush()
    return isBack
  }

  #confirm(): void {
    const sent = this.#unconfirmed
    if (sent === undefined || !this.#link.sender.isTaken(sent.number)) return
    this.#unconfirmed = undefined
    sent.putter.accepted()
  }

  #sendNext(): void {
    const putter = this.#line.nextPutter()
    try {
      this.send(putter.value, putter.transfer)
    } catch (error) {
      putter.refused(error)
      return
    }
    if (this.#line.capacity > 0) putter.accepted()
    else this.#unconfirmed = { putter, number: this.#link.sender.lastNumber }
  }

  #sendParcel(value: unknown, transfer: readonly Transferable[] | undefined): void {
    const { sender } = this.#link
    postParcel(
      [value],
      () => 'value',
      transfer,
      (parcel) => {
        const parts = parcel.ends.get(0)
        sender.sendByPort(parts ? [kind.passenger, parts] : [kind.item, value], parcel.transfer)
      },
    )
  }

  #end(): void {
    this.#state = 'ended'
    if (this.#isEndTold) this.#link.sendEnd(this.#endError)
    this.#line.ended()
  }
}

function isPrimitive(value: unknown): boolean {
  if (typeof value === 'object') return value === null
  return typeof value !== 'function' && typeof value !== 'symbol'
}
