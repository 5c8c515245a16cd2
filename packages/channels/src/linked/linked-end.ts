import { InvalidOptionError, type Transferable, WorkerLostError } from '@conc/core'
import type { Member } from '@conc/core/internal'
import type { EndOptions, LinkedChannel, Moved, Received, SyncOptions } from '../channel/channel.js'
import { checkWait, type Putter } from '../channel/waits.js'
import { ChannelStateError } from '../errors.js'
import { BlockedPut } from './blocked-put.js'
import { awake, ControlBlock, inAtomics, inLoop } from './control-block.js'
import { Link, type LinkEnd, type LinkOwner, type LinkParts } from './link.js'
import { openEnds } from './open-ends.js'
import { Portable, postParcel } from './parcel.js'
import { blockUntil, checkBlocking, type Sleeper } from './sync-wait.js'

/** One end of a channel between two threads: who waits here, on top of a link. */
export class LinkedEnd<Send, Recv>
  extends Portable<Send, Recv>
  implements LinkedChannel<Send, Recv>, LinkOwner, Sleeper
{
  protected readonly control: ControlBlock
  protected link: Link
  #parts: LinkParts
  #place: 'unused' | 'here' | 'elsewhere' = 'unused'
  #writing: 'open' | 'ending' | 'ended' = 'open'
  #endError: unknown
  /** At capacity 0: the item that was sent and not taken, and its number. */
  #sent: { readonly putter: Putter<unknown>; readonly number: number } | undefined
  #isClosedHere = false
  #sawPeerClose = false

  constructor(parts: LinkParts) {
    super(parts.name, parts.capacity)
    this.control = new ControlBlock(parts.control)
    this.#parts = parts
    this.link = new Link(parts, this.control, this)
  }

  get size(): number {
    return this.control.isDiscarded ? 0 : this.control.inFlight(this.link.peer)
  }

  alive(): boolean {
    this.sync()
    return this.control.isAlive
  }

  closeWrite(): void {
    this.sync()
    this.#finishWriting(undefined)
  }

  takeNow(): Received<Recv> | undefined {
    this.sync()
    // In this order: what a thread posted before it was gone is there.
    const isGone = this.control.isGone(this.link.peer)
    const taken = this.control.isDiscarded ? undefined : this.link.take()
    if (taken === undefined) return this.#received(this.#end(isGone))
    this.takenCount++
    return { ok: true, value: taken.value as Recv }
  }

  isReadable(): boolean {
    this.sync()
    if (this.takers.size > 0) this.pump()
    return (!this.control.isDiscarded && this.link.hasItem()) || this.endReached() !== undefined
  }

  endReached(): LinkEnd | undefined {
    this.sync()
    const isGone = this.control.isGone(this.link.peer)
    const isEmpty = this.control.isDiscarded || !this.link.hasItem()
    return isEmpty ? this.#end(isGone) : undefined
  }

  isWritable(): boolean {
    this.sync()
    return !this.#mayWrite || (this.putters.size === 0 && this.#hasCredit)
  }

  override assertSelectable(): void {
    if (this.capacity > 0) return
    throw new InvalidOptionError('to', 'a channel of capacity 1 or more between threads', this.name)
  }

  putNow(value: Send, transfer: readonly Transferable[] | undefined): boolean {
    this.sync()
    if (!this.#mayWrite) throw this.closedError()
    // At capacity 0 the item has to be taken first, which only a wait can see.
    if (this.capacity === 0 || this.putters.size > 0 || !this.#hasCredit) return false
    this.#post(value, transfer)
    return true
  }

  override tryPut(value: Send, options: Moved = {}): boolean {
    if (this.capacity > 0) return super.tryPut(value, options)
    checkWait(options)
    this.sync()
    if (!this.#mayWrite) throw this.closedError()
    const isAwaited = this.control.reader(this.link.peer) !== awake
    if (!isAwaited || this.#sent || this.putters.size > 0 || !this.#hasCredit) return false
    this.#post(value, options.transfer)
    return true
  }

  getSync(options: SyncOptions = {}): Recv {
    checkBlocking('getSync', options)
    if (this.takers.size > 0) {
      throw new ChannelStateError(`getSync on channel '${this.name}' while an async get waits.`)
    }
    return this.unwrap(blockUntil([this], () => this.takeNow(), options))
  }

  putSync(value: Send, options: SyncOptions & Moved = {}): void {
    checkBlocking('putSync', options)
    checkWait(options)
    if (this.putNow(value, options.transfer)) return
    const putter = new BlockedPut(value, options.transfer)
    this.joinPutters(putter as unknown as Putter<Send>)
    try {
      blockUntil([this], () => this.#settled(putter), options)
    } catch (error) {
      if (putter.outcome !== undefined) throw error
      if (this.withdraw(putter)) throw error
    }
  }

  sleepsInAtomics(isAsleep: boolean): void {
    const { side } = this.link
    this.control.setReader(side, isAsleep ? inAtomics : this.#readerSleep)
    this.control.setWriter(side, isAsleep ? inAtomics : this.#writerSleep)
  }

  override withdraw(member: Member): boolean {
    const sent = this.#sent
    if (sent === undefined || sent.putter !== member) return super.withdraw(member)
    this.#sent = undefined
    const isBack = this.control.claim(this.link.side, sent.number)
    this.checkHeld()
    this.#flush()
    return isBack
  }

  arrived(): void {
    this.pump()
  }

  portClosed(): void {
    if (this.link.peerEnd === undefined) this.lose(this.lostError())
  }

  adopt(parts: LinkParts): unknown {
    const end = new LinkedEnd(parts)
    end.sync()
    return end
  }

  get isPortable(): boolean {
    return true
  }

  detach(): LinkParts {
    const isIdle = !this.waits() && this.#writing === 'open' && this.control.isAlive
    if (this.#place === 'elsewhere' || !isIdle) throw this.#stateError()
    this.#place = 'elsewhere'
    this.#parts = { ...this.#parts, ...this.link.detach() }
    return this.#parts
  }

  reattach(): void {
    this.#place = 'unused'
    this.link = new Link(this.#parts, this.control, this)
  }

  /** Sees what the other side has done since, and sends what may be sent. Every call does this first. */
  sync(): void {
    if (this.#place !== 'here') this.#open()
    const { control, link } = this
    if (control.isClosed(link.peer) || control.isGone(link.peer) || control.isDiscarded) {
      this.#seePeerClose()
    }
    if (this.putters.size > 0 || this.#sent || this.#writing === 'ending') this.#flush()
  }

  /** The other side is gone without a word: after what it sent, `error`. */
  lose(error: unknown, exitCode = 1): void {
    if (this.#place === 'elsewhere') return
    this.link.receiveAll()
    this.link.peerEnd ??= { error }
    this.control.setGone(this.link.peer, exitCode)
    this.pump()
    this.#finishWriting(undefined)
    this.link.closePort()
  }

  /** This thread ends: those who block on the other side must hear of it. */
  goneHere(exitCode: number): void {
    this.control.setGone(this.link.side, exitCode)
    if (this.#place === 'here') this.link.wakePeer()
  }

  /** Drops everything, on both sides; waits on both sides end with `reason`. */
  abort(reason: unknown): void {
    this.sync()
    this.link.sendAbort(reason)
    this.link.peerEnd ??= { error: reason }
    this.#refuseAll(reason)
    this.end({ discard: true })
  }

  protected pump(): void {
    this.sync()
    while (this.takers.size > 0) {
      const received = this.takeNow()
      if (received === undefined) break
      this.nextTaker().settle(received)
    }
    if (this.watchers.size > 0 && this.isReadable()) this.tellWatchers()
    this.#closeIfOver()
  }

  protected end({ error, discard }: EndOptions): void {
    this.sync()
    if (discard) this.#discard()
    if (!this.#isClosedHere) {
      this.#isClosedHere = true
      this.control.close(this.link.side)
      this.#finishWriting(error)
      this.link.wakePeer()
    }
    this.pump()
  }

  /** The other side closed, discarded or ended. Called once. */
  protected peerClosed(_reason: unknown): void {}

  /** All that was put here has been sent, and the end with it. Called once. */
  protected writingEnded(): void {}

  protected lostError(): unknown {
    const exitCode = this.control.exitCode(this.link.peer)
    return new WorkerLostError(`The thread at the other end of channel '${this.name}' has ended.`, {
      started: true,
      ...(exitCode >= 0 && { exitCode }),
    })
  }

  protected override held(isHeld: boolean): void {
    this.control.setReader(this.link.side, this.#readerSleep)
    this.link.hold(isHeld)
  }

  protected override waits(): boolean {
    return super.waits() || this.#sent !== undefined
  }

  get #mayWrite(): boolean {
    return this.#writing === 'open' && !this.#sawPeerClose
  }

  get #hasCredit(): boolean {
    return this.control.inFlight(this.link.side) < Math.max(this.capacity, 1)
  }

  get #readerSleep(): 0 | 1 {
    return this.takers.size + this.watchers.size > 0 ? inLoop : awake
  }

  get #writerSleep(): 0 | 1 {
    return this.putters.size > 0 || this.#sent ? inLoop : awake
  }

  #open(): void {
    if (this.#place === 'elsewhere') throw this.#stateError()
    this.#place = 'here'
    this.link.open()
    openEnds?.add(this)
  }

  #end(isGone: boolean): LinkEnd | undefined {
    if (this.link.peerEnd) return this.link.peerEnd
    if (this.#isClosedHere || this.control.isDiscarded) return {}
    return isGone ? { error: this.lostError() } : undefined
  }

  #received(end: LinkEnd | undefined): Received<Recv> | undefined {
    return end && { ok: false, value: undefined, ...end }
  }

  #seePeerClose(): void {
    if (this.#sawPeerClose) return
    this.#sawPeerClose = true
    if (this.control.isDiscarded) {
      this.link.receiveAll()
      this.link.inbox.clear()
    }
    const { aborted } = this.link
    if (aborted) this.link.peerEnd = { error: aborted.reason }
    this.#refuseAll(aborted ? aborted.reason : this.closedError())
    this.#finishWriting(undefined)
    this.peerClosed(aborted ? aborted.reason : this.closedError())
  }

  #discard(): void {
    this.control.discard()
    this.link.receiveAll()
    this.link.inbox.clear()
    this.#refuseAll(this.closedError())
  }

  #refuseAll(error: unknown): void {
    while (this.putters.size > 0) this.nextPutter().refused(error)
    const putter = this.#sent?.putter
    if (putter && this.withdraw(putter)) putter.refused(error)
    else putter?.accepted()
  }

  #finishWriting(error: unknown): void {
    if (this.#writing !== 'open') return
    this.#writing = 'ending'
    this.#endError = error
    this.control.finishWriting(this.link.side)
    this.#flush()
  }

  /** Sends what waits, as far as there is credit; says before it sleeps that it does, and looks again. */
  #flush(): void {
    do {
      this.control.setWriter(this.link.side, awake)
      this.#seeTaken()
      while (this.putters.size > 0 && !this.#sent && this.#hasCredit) this.#sendNext()
      if (this.#writing === 'ending' && this.putters.size === 0 && !this.#sent) this.#sendEnd()
      this.control.setWriter(this.link.side, this.#writerSleep)
    } while (this.#isServable)
    this.checkHeld()
  }

  get #isServable(): boolean {
    if (this.#sent) return this.#isTaken(this.#sent.number)
    return this.putters.size > 0 && this.#hasCredit
  }

  #isTaken(number: number): boolean {
    return ((this.control.nextTaken(this.link.side) - number) | 0) > 0
  }

  #seeTaken(): void {
    const sent = this.#sent
    if (sent === undefined || !this.#isTaken(sent.number)) return
    this.#sent = undefined
    sent.putter.accepted()
  }

  #sendNext(): void {
    const putter = this.nextPutter()
    try {
      const number = this.#post(putter.value, putter.transfer)
      if (this.capacity === 0) this.#sent = { putter, number }
      else putter.accepted()
    } catch (error) {
      putter.refused(error)
    }
  }

  #post(value: unknown, transfer: readonly Transferable[] | undefined): number {
    let number = 0
    if (typeof value !== 'object' || value === null) {
      if (typeof value !== 'function' && typeof value !== 'symbol') {
        return this.link.sendItem(value, transfer ?? [])
      }
    }
    postParcel(
      [value],
      () => 'value',
      transfer,
      (parcel) => {
        const parts = parcel.ends.get(0)
        number = parts
          ? this.link.sendPassenger(parts, parcel.transfer)
          : this.link.sendItem(value, parcel.transfer)
      },
    )
    return number
  }

  #sendEnd(): void {
    this.#writing = 'ended'
    this.link.sendEnd(this.#endError)
    this.writingEnded()
    this.#closeIfOver()
  }

  #closeIfOver(): void {
    if (this.#writing !== 'ended' || !this.link.peerEnd) return
    openEnds?.delete(this)
    this.link.closePort()
  }

  #settled(putter: BlockedPut): true | undefined {
    this.sync()
    if (putter.outcome === undefined) return undefined
    if (putter.outcome.error !== undefined) throw putter.outcome.error
    return true
  }

  #stateError(): ChannelStateError {
    const why = this.#place === 'elsewhere' ? 'was handed to another thread' : 'is in use here'
    return new ChannelStateError(`This end of channel '${this.name}' ${why}.`)
  }
}
