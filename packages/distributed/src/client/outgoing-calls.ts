import { type Bytes, Line } from '@conc/core/internal'
import type { CallRoute } from '../calls/call-route.js'
import type { Connection } from '../connection/connection.js'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import type { Frame } from '../protocol/frame.js'
import { frameType, isIgnorable, taskFlag } from '../protocol/frame-types.js'
import { IdTable } from '../protocol/id-table.js'
import { IdSource, isIdOf } from '../protocol/ids.js'
import { OutgoingBodies } from './outgoing-bodies.js'
import { OutgoingCall, type OutgoingHost } from './outgoing-call.js'
import { OutgoingQuota, type Quota } from './outgoing-quota.js'
import { TaskMetas } from './task-metas.js'

/** What a call ends with that will not be answered. */
type LossOf = (call: OutgoingCall) => unknown

/** The calls of a session: written to its connection as far as the server's quota goes, the others wait here. */
export class OutgoingCalls implements CallRoute, OutgoingHost {
  readonly #onChange: () => void
  /** In the order in which they are written. Without slots: the quota is not one of calls alone. */
  readonly #waiting = new Line(0)
  readonly #written = new IdTable<OutgoingCall>()
  readonly bodies: OutgoingBodies = new OutgoingBodies(this.#written)
  readonly #ids = new IdSource('connecting')
  readonly #metas = new TaskMetas()
  #connection: Connection | undefined
  #isInterrupted = false
  /** What calls end with that come while there is nobody to wait for. */
  #refusal: LossOf | undefined
  readonly #quota = new OutgoingQuota()
  #running = 0
  /** The highest id that was given out. */
  #lastId = 0

  /** @param onChange called when a call has started or ended. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Calls that are not over. */
  get size(): number {
    return this.#waiting.waiting + this.#written.size
  }

  /** Calls whose bodies have begun, as far as is known here. */
  get running(): number {
    return this.#running
  }

  takeId(): number {
    const id = this.#ids.take(this.#written)
    this.#lastId = Math.max(this.#lastId, id)
    return id
  }

  /** Writes to this connection from now on; without one, calls wait. */
  connect(connection: Connection | undefined, quota?: Quota): void {
    this.#connection = connection
    if (connection) this.#refusal = undefined
    this.#quota.set(quota)
    this.#isInterrupted = false
    this.#letExemptPass()
    this.#pump()
  }

  /** The connection may go on later. Calls wait; what is said about those that were written is sent then. */
  interrupt(): void {
    this.#isInterrupted = true
  }

  /** @param isGuest it was accepted by a server in front of the session. */
  send(request: CallRequest, owner: CallOwner, isGuest = false): OutgoingCall {
    const call = new OutgoingCall(this, request, owner, isGuest)
    if (this.#refusal) this.#refuse(call, this.#refusal)
    else if (this.#waiting.waiting === 0 && this.#mayWrite(call)) this.#writeTask(call)
    else if (this.#isExempt(call)) this.#writeExempt(call)
    else this.#waiting.join(call, request.priority, request.depth)
    return call
  }

  /** A frame about a call. @returns whether it was in place, or may have crossed with the end of what it is about. */
  received(frame: Frame): boolean {
    const { id, type } = frame
    const call = this.#written.get(id)
    if (call?.received(frame) || isIgnorable(type)) return true
    return call === undefined && isIdOf('connecting', id) && id <= this.#lastId
  }

  /** Nothing of what was written will be answered. */
  resetWritten(error: LossOf): void {
    for (const call of this.#written.values()) call.lost(error(call))
  }

  /** No call will be answered: not those that wait, nor those that come before there is a connection again. */
  resetAll(error: LossOf): void {
    this.#refusal = error
    this.resetWritten(error)
    for (const call of [...this.#waiting] as OutgoingCall[]) call.lost(error(call))
  }

  /** Ends all of them now; where bodies have begun, their ends follow. */
  abandonAll(error: LossOf): void {
    const waiting = [...this.#waiting] as OutgoingCall[]
    for (const call of [...this.#written.values(), ...waiting]) call.abandon(() => error(call))
  }

  write(call: OutgoingCall, type: number, body?: Bytes): void {
    this.#connection?.writer.add(type, call.id, undefined, body)
  }

  withdraw(call: OutgoingCall): void {
    this.#waiting.leave(call)
  }

  started(): void {
    this.#running++
    this.#onChange()
  }

  over(call: OutgoingCall): void {
    this.withdraw(call)
    if (this.#written.delete(call.id)) this.#quota.delete(call)
    if (call.hasStarted) this.#running--
    this.#pump()
    this.#onChange()
  }

  /** Its owner is told nothing before it is sent. */
  #refuse(call: OutgoingCall, refusal: LossOf): void {
    queueMicrotask(() => {
      if (call.isWaiting) call.lost(refusal(call))
    })
  }

  #pump(): void {
    for (let call = this.#first; call && this.#mayWrite(call); call = this.#first) {
      this.#waiting.leave(call)
      this.#writeTask(call)
    }
  }

  get #first(): OutgoingCall | undefined {
    return this.#waiting.first as OutgoingCall | undefined
  }

  get #isWriting(): boolean {
    return this.#connection !== undefined && !this.#isInterrupted
  }

  #mayWrite(call: OutgoingCall): boolean {
    return this.#isWriting && this.#quota.fits(call)
  }

  /** Whether a call that is out may wait for it. */
  #isExempt(call: OutgoingCall): boolean {
    return this.#isWriting && call.idsAbove.some((id) => this.bodies.isOut(id))
  }

  /** Those that came while nothing could be written. */
  #letExemptPass(): void {
    if (!this.#isWriting || this.#written.size === 0) return
    const waiting = [...this.#waiting] as OutgoingCall[]
    for (const call of waiting) if (this.#isExempt(call)) this.#writeExempt(call)
  }

  #writeExempt(call: OutgoingCall): void {
    call.isExempt = true
    this.#waiting.leave(call)
    this.#writeTask(call)
  }

  #writeTask(call: OutgoingCall): void {
    const id = this.takeId()
    const asked = call.takeRequest()
    call.isMarked = this.bodies.isMarked(asked, call) || this.#quota.needsMark(call)
    const request = call.isMarked ? this.bodies.marked(asked, call, id) : asked
    this.#written.set(id, call)
    this.#quota.add(call)
    const meta = this.#metas.of(request, call.startMs)
    this.#connection?.writer.add(frameType.task, id, meta, request.args, flagsOf(request))
    call.written(id, request.deadline)
  }
}

function flagsOf({ kind }: CallRequest): number {
  if (kind === 'duplex') return taskFlag.duplex
  return kind === 'stream' ? taskFlag.stream : 0
}
