import { WorkerLostError } from '@conc/core'
import type { End, EndOptions } from '../channel/channel.js'
import { ChannelStateError } from '../errors.js'
import {
  ControlBlock,
  isAlive,
  isDiscarded,
  isGone,
  type State,
  takesNoMore,
} from './control-block.js'
import { Link, type LinkOwner } from './link.js'
import { LinkPort } from './link-port.js'
import type { LinkParts } from './messages.js'
import { openEnds } from './open-ends.js'
import { Portable } from './parcel.js'
import { Vigil, type Watchman } from './vigil.js'
import { type PutLine, Writing } from './writing.js'

/** The life of an end of a linked channel: opened in a thread or handed to another one, closed here or there, lost. */
export abstract class LinkLife<Send, Recv>
  extends Portable<Send, Recv>
  implements LinkOwner, PutLine, Watchman
{
  protected readonly control: ControlBlock
  protected readonly vigil: Vigil
  protected link: Link
  protected writing: Writing
  #parts: LinkParts
  #place: 'unused' | 'here' | 'elsewhere' = 'unused'
  #isClosedHere = false
  #sawPeerClose = false

  constructor(parts: LinkParts, port: LinkPort = new LinkPort(parts.port, parts.bell)) {
    super(parts.name, parts.capacity)
    this.#parts = parts
    this.control = new ControlBlock(parts.control)
    this.vigil = new Vigil(this.control, parts.side, this)
    this.link = new Link(parts, this.control, this, port)
    this.writing = new Writing(this, this.control, this.link)
  }

  abstract adopt(parts: LinkParts): unknown
  abstract look(): void

  get waitingPuts(): number {
    return this.putters.size
  }

  alive(): boolean {
    this.sync()
    return isAlive(this.control.state)
  }

  closeWrite(): void {
    this.sync()
    this.writing.finish(undefined)
  }

  arrived(): void {
    this.pump()
    this.vigil.lookAround()
  }

  tookIn(): void {
    this.vigil.stir()
    // What the other side has said of its end may be left to nobody else here to see.
    if (this.control.stateAtAGlance !== 0) queueMicrotask(this.#arrivedEarly)
  }

  portClosed(): void {
    if (this.link.peerEnd === undefined) this.lose(this.lostError())
  }

  get isPortable(): boolean {
    return true
  }

  detach(): LinkParts {
    const isIdle = !this.waits() && this.writing.isOpen && isAlive(this.control.state)
    if (this.#place === 'elsewhere' || !isIdle) throw this.#stateError()
    this.#place = 'elsewhere'
    openEnds?.delete(this)
    this.#parts = { ...this.#parts, ...this.link.detach() }
    return this.#parts
  }

  reattach(): void {
    this.#place = 'unused'
    const port = new LinkPort(this.#parts.port, this.#parts.bell)
    this.link = new Link(this.#parts, this.control, this, port)
    this.writing = new Writing(this, this.control, this.link)
  }

  /** Sees what the other side has done since, and sends what may be sent. Every call does this first. */
  sync(): State {
    if (this.#place !== 'here') this.#open()
    const state = this.control.stateAtAGlance
    if (!this.#sawPeerClose && takesNoMore(state, this.link.peer)) this.#seePeerClose(state)
    this.writing.flush()
    return state
  }

  /** The other side is gone without a word: after what it sent, `error`. */
  lose(error: unknown, exitCode = 1): void {
    if (this.#place === 'elsewhere') return
    this.link.receiveAll()
    this.link.peerEnd ??= { error }
    this.control.setGone(this.link.peer, exitCode)
    this.pump()
    this.writing.finish(undefined)
    this.link.closePort()
  }

  /** Both sides are through: the next link between these two threads may have the port. */
  leavePort(): LinkPort | undefined {
    this.sync()
    this.link.receiveAll()
    this.pump()
    openEnds?.delete(this)
    return this.link.leavePort()
  }

  /** This thread ends: those who block on the other side must hear of it. */
  goneHere(exitCode: number): void {
    this.control.setGone(this.link.side, exitCode)
    if (this.#place !== 'here') return
    this.link.postWake()
    this.link.ringPeer()
  }

  /** Drops everything, on both sides; waits on both sides end with `reason`. */
  abort(reason: unknown): void {
    this.sync()
    this.link.sendAbort(reason)
    this.link.peerEnd ??= { error: reason }
    this.writing.refuseAll(() => reason)
    this.end({ discard: true })
  }

  hold(isHeld: boolean): void {
    this.link.hold(isHeld)
  }

  ended(): void {
    this.closeIfOver()
  }

  override waitsChanged(): void {
    this.vigil.update(
      this.takers.size + this.watchers.size > 0,
      this.putters.size > 0 || this.writing.isUnconfirmed,
    )
  }

  /** The other side closed, discarded or ended. Called once. */
  protected peerClosed(_why: () => unknown): void {}

  protected get mayWrite(): boolean {
    return this.writing.isOpen && !this.#sawPeerClose
  }

  /** The end that a reader sees who has found no item since `state`. */
  protected endIn(state: State): End | undefined {
    if (this.link.peerEnd) return this.link.peerEnd
    if (this.#isClosedHere || isDiscarded(state)) return {}
    return isGone(state, this.link.peer) ? { error: this.lostError() } : undefined
  }

  protected end({ error, discard }: EndOptions): void {
    this.sync()
    if (discard) this.#discard()
    if (!this.#isClosedHere) {
      this.#isClosedHere = true
      this.control.close(this.link.side)
      this.writing.finish(error)
      // The end is a message as well.
      if (!this.writing.isEnded) this.link.postWake()
      this.link.ringPeer()
    }
    this.pump()
  }

  protected lostError(): unknown {
    const isTold = isGone(this.control.state, this.link.peer)
    return new WorkerLostError(`The thread at the other end of channel '${this.name}' has ended.`, {
      started: true,
      ...(isTold && { exitCode: this.control.exitCode(this.link.peer) }),
    })
  }

  protected closeIfOver(): void {
    if (!this.writing.isEnded || !this.link.peerEnd) return
    openEnds?.delete(this)
    if (!this.leavesPort) this.link.closePort()
  }

  /** Whether the port is kept when all is over. */
  protected get leavesPort(): boolean {
    return false
  }

  protected override waits(): boolean {
    return super.waits() || this.writing.isUnconfirmed
  }

  readonly #arrivedEarly = (): void => {
    if (this.#place === 'here') this.arrived()
  }

  #open(): void {
    if (this.#place === 'elsewhere') throw this.#stateError()
    this.#place = 'here'
    openEnds?.add(this)
    this.link.open()
  }

  #seePeerClose(state: State): void {
    this.#sawPeerClose = true
    if (isDiscarded(state)) {
      this.link.receiveAll()
      this.link.receiver.discard()
    }
    const { aborted } = this.link
    if (aborted) this.link.peerEnd = { error: aborted.reason }
    const why = (): unknown => (aborted ? aborted.reason : this.closedError())
    this.writing.refuseAll(why)
    // Who closed hears of the end only to close the port.
    this.writing.finish(undefined, !this.leavesPort)
    this.peerClosed(why)
  }

  #discard(): void {
    this.control.discard()
    this.link.receiveAll()
    this.link.receiver.discard()
    this.writing.refuseAll(() => this.closedError())
  }

  #stateError(): ChannelStateError {
    const why = this.#place === 'elsewhere' ? 'was handed to another thread' : 'is in use here'
    return new ChannelStateError(`This end of channel '${this.name}' ${why}.`)
  }
}
