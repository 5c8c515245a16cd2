import { setImmediate } from 'node:timers'
import { InvalidOptionError, type Transferable } from '@conc/core'
import { checkKeys, type Member } from '@conc/core/internal/base'
import type { End, LinkedChannel, Moved, Received, SyncOptions } from '../channel/channel.js'
import { checkWait } from '../channel/limited-waits.js'
import { type Nothing, nothing } from '../channel/nothing.js'
import type { Putter } from '../channel/waits.js'
import { ChannelStateError } from '../errors.js'
import { BlockedPut } from './blocked-put.js'
import { awake, endsWriting, isDiscarded, type State } from './control-block.js'
import { LinkLife } from './link-life.js'
import type { LinkParts } from './messages.js'
import { blockUntil, checkBlocking, type Sleeper } from './sync-wait.js'

/** Items taken, or put, before the timers and sockets of the event loop have a turn. */
const atOnce = 1000

/** One end of a channel between two threads: takes and puts, at once or by waiting. */
export class LinkedEnd<Send, Recv>
  extends LinkLife<Send, Recv>
  implements LinkedChannel<Send, Recv>, Sleeper
{
  #takesLeft = atOnce
  #putsLeft = atOnce
  #turn: Promise<void> | undefined

  get size(): number {
    const { control } = this
    return isDiscarded(control.state) ? 0 : control.inFlight(this.link.peer)
  }

  takeNow(): Recv | Nothing {
    const value = this.#takeItem(this.sync())
    if (value !== nothing) this.takenCount++
    return value as Recv | Nothing
  }

  isReadable(): boolean {
    this.sync()
    if (this.takers.size > 0) this.pump()
    return this.#hasItem(this.sync()) || this.endReached() !== undefined
  }

  endReached(): End | undefined {
    const state = this.sync()
    return this.#hasItem(state) ? undefined : this.endIn(state)
  }

  isWritable(): boolean {
    this.sync()
    return !this.mayWrite || this.writing.hasRoom
  }

  override assertSelectable(): void {
    if (this.capacity > 0) return
    throw new InvalidOptionError('to', 'a channel of capacity 1 or more between threads', this.name)
  }

  putNow(value: Send, transfer: readonly Transferable[] | undefined): boolean {
    this.sync()
    if (!this.mayWrite) throw this.closedError()
    // At capacity 0 the item has to be taken first, which only a wait can see.
    if (this.capacity === 0 || !this.writing.hasRoom) return false
    this.writing.send(value, transfer)
    return true
  }

  override tryPut(value: Send, options: Moved = {}): boolean {
    if (this.capacity > 0) return super.tryPut(value, options)
    checkWait(options)
    this.sync()
    if (!this.mayWrite) throw this.closedError()
    const isAwaited = this.control.reader(this.link.peer) !== awake
    if (!isAwaited || this.writing.isUnconfirmed || !this.writing.hasRoom) return false
    this.writing.send(value, options.transfer)
    return true
  }

  getSync(options: SyncOptions = {}): Recv {
    checkBlocking('getSync', options)
    checkKeys('options', options, ['timeoutMs', 'allowMainThread'])
    if (this.takers.size > 0) {
      throw new ChannelStateError(`getSync on channel '${this.name}' while an async get waits.`)
    }
    return this.unwrap(blockUntil([this], this.#takeSync, options))
  }

  putSync(value: Send, options: SyncOptions & Moved = {}): void {
    checkBlocking('putSync', options)
    checkWait(options, ['timeoutMs', 'allowMainThread', 'transfer'])
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
    this.vigil.block(isAsleep)
  }

  override withdraw(member: Member): boolean {
    const isBack = this.writing.takeBack(member)
    if (isBack !== undefined) return isBack
    const isWithdrawn = super.withdraw(member)
    // The end may have waited for this one alone. Others must not be sent: a select may be about to withdraw them too.
    if (this.putters.size === 0) this.writing.flush()
    return isWithdrawn
  }

  adopt(parts: LinkParts): unknown {
    const end = new LinkedEnd(parts)
    end.sync()
    return end
  }

  look(): void {
    this.#takesLeft = atOnce
    this.pump()
  }

  /** The event loop has a turn after so many. */
  protected override mayTakeAtOnce(): boolean {
    return super.mayTakeAtOnce() && this.#takesLeft-- > 0
  }

  /** The shared promise, but for one put in many, which lets the event loop have a turn. */
  protected override accepted(): Promise<void> {
    if (this.#putsLeft-- > 0) return super.accepted()
    this.#turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#putsLeft = atOnce
        this.#turn = undefined
        resolve()
      })
    })
    return this.#turn
  }

  protected pump(): void {
    this.sync()
    while (this.takers.size > 0 && this.#serveTaker());
    if (this.watchers.size > 0 && this.isReadable()) this.tellWatchers()
    this.closeIfOver()
  }

  #serveTaker(): boolean {
    const state = this.sync()
    // What was sent just now may have been what a select put that also waited to take.
    if (this.takers.size === 0) return false
    const value = this.#takeItem(state)
    if (value !== nothing) {
      this.takenCount++
      this.nextTaker().taken(value as Recv)
      return true
    }
    // Without another look for items: it could take one in from the port, of which no event would tell any more.
    const end = this.endIn(state)
    if (end !== undefined) this.nextTaker().ended(end)
    return end !== undefined
  }

  #takeItem(state: State): unknown {
    if (isDiscarded(state)) return nothing
    const value = this.link.receiver.take()
    if (value !== nothing || !this.#mayHaveEnded(state)) return value
    // The end was posted after the last items had been sent: look for them once more.
    this.link.receiveAll()
    return this.link.receiver.take()
  }

  #hasItem(state: State): boolean {
    if (isDiscarded(state)) return false
    if (this.link.receiver.hasItem()) return true
    if (!this.#mayHaveEnded(state)) return false
    this.link.receiveAll()
    return this.link.receiver.hasItem()
  }

  #mayHaveEnded(state: State): boolean {
    return this.link.peerEnd === undefined && endsWriting(state, this.link.peer)
  }

  readonly #takeSync = (): Received<Recv> | undefined => this.tryGet()

  #settled(putter: BlockedPut): true | undefined {
    this.sync()
    if (putter.outcome === undefined) return undefined
    if (putter.outcome.error !== undefined) throw putter.outcome.error
    return true
  }
}
