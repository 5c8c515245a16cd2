import type { Line } from '@conc/core/internal'
import type { Offer } from '../calls/call-route.js'
import { IdTable } from '../protocol/id-table.js'
import { IdSource } from '../protocol/ids.js'
import { Admittance, type AdmittanceHome } from './admittance.js'
import { BodyReports, type BodyReportsHome } from './body-reports.js'
import type { CallOwner, CallRequest, Ending } from './call-request.js'
import type { CallEvent, CoordinatorOptions } from './coordinator-options.js'
import { EarlyEnds, type EarlyEndsHome } from './early-ends.js'
import { parentsEnd } from './endings.js'
import { Fault } from './fault.js'
import { Overtaking } from './overtaking.js'
import { PoisonRecord } from './poison.js'
import { type CallHome, PoolCall, type Word } from './pool-call.js'
import { Seat, type SeatHome, type SeatPort } from './seat.js'
import { Suspensions } from './suspensions.js'
import { WaitingRoom } from './waiting-room.js'
import { type Loss, type LossHome, WorkerLoss } from './worker-loss.js'

/**
 * Which call is where: the line, the slots of the workers, and what follows from each event. Knows no process, no
 * socket and no value: workers are ports, calls are bytes.
 */
export class Coordinator
  implements CallHome, SeatHome, AdmittanceHome, LossHome, EarlyEndsHome, BodyReportsHome
{
  readonly #options: CoordinatorOptions
  readonly #clock: () => number
  readonly #ids = new IdSource('connecting')
  readonly #calls = new IdTable<PoolCall>()
  readonly #room: WaitingRoom
  readonly #poison: PoisonRecord
  readonly #admittance: Admittance | undefined
  readonly #overtaking = new Overtaking()
  readonly #loss: WorkerLoss
  readonly #suspensions: Suspensions
  readonly #reports: BodyReports
  readonly #earlyEnds: EarlyEnds

  constructor(options: CoordinatorOptions) {
    this.#options = options
    this.#clock = options.clock ?? (() => performance.now())
    const { name, poisonLimit = Number.POSITIVE_INFINITY } = options
    this.#poison = new PoisonRecord(name, poisonLimit, this.#clock)
    this.#room = new WaitingRoom(options, this.#poison)
    this.#admittance = options.admit && new Admittance(this, options.admit)
    this.#loss = new WorkerLoss(this, this.#poison)
    this.#reports = new BodyReports(this, this.#room, this.#poison, this.#clock)
    this.#earlyEnds = new EarlyEnds(this, this.#room)
    this.#suspensions = new Suspensions(this.#room, (event, call) => this.#observe(event, call))
  }

  get name(): string {
    return this.#options.name
  }

  get line(): Line {
    return this.#room.line
  }

  get seats(): ReadonlySet<Seat> {
    return this.#room.seats
  }

  get calls(): Pick<IdTable<PoolCall>, 'get' | 'values'> {
    return this.#calls
  }

  /** Slots in use; a suspended call has none. */
  get running(): number {
    return this.line.running
  }

  get waiting(): number {
    return this.#room.waiting
  }

  get isIdle(): boolean {
    return this.#calls.size === 0
  }

  /**
   * Takes a call in. `owner` is told of all that follows; where it is refused, of its end in a microtask.
   *
   * @param parent the call whose body made it.
   * @param pinned the only worker it is for.
   */
  accept(request: CallRequest, owner: CallOwner, parent?: PoolCall, pinned?: Seat): PoolCall {
    const id = this.#ids.take(this.#calls)
    const call = new PoolCall(this, id, request, owner, parent, this.#clock())
    this.#calls.set(id, call)
    call.pinned = pinned
    if (parent) {
      parent.children ??= new IdTable()
      parent.children.set(id, call)
    }
    this.#observe('accepted', call)
    const refusal = this.#refusal(call)
    if (refusal) queueMicrotask(() => this.cancel(call, refusal))
    else {
      const { isAsking } = this.#overtaking
      this.#room.join(call, isAsking, (limitMs) => this.#earlyEnds.tooLate(call, limitMs))
    }
    return call
  }

  /** Ends a call that waits; a body is told to stop and keeps its slot until it has. Its children go along. */
  cancel(call: PoolCall, reason: Fault): void {
    this.#earlyEnds.cancel(call, reason)
  }

  /** The consumer of a stream has something to say to its producer. */
  tell(call: PoolCall, word: Word): void {
    if (call.isSettled) return
    if (!call.hasBody) {
      call.words ??= []
      call.words.push(word)
    }
    call.seat?.port.tell(call, word)
  }

  /** A worker is ready for work. */
  open(worker: number, port: SeatPort, tags?: readonly string[]): Seat {
    const seat = new Seat(this, worker, port, tags)
    this.#room.add(seat, this.#options.concurrency)
    return seat
  }

  /** The worker ends its work and gets nothing new. */
  retire(seat: Seat): void {
    if (seat.state !== 'open') return
    seat.state = 'retiring'
    this.#earlyEnds.refusePinned(seat)
    this.#room.shrink(seat, seat.capacity - seat.running)
  }

  /**
   * The worker is gone. What had not begun there goes back to its place in line.
   *
   * @param faultOf what a call is told whose body is lost.
   * @returns the calls whose bodies are lost.
   */
  lost(seat: Seat, faultOf: (call: PoolCall) => Fault, loss: Loss = {}): PoolCall[] {
    if (seat.state === 'gone') return []
    seat.state = 'gone'
    seat.resumption.clear()
    this.#room.delete(seat)
    const lost = this.#loss.endCalls(seat, faultOf, loss)
    this.#earlyEnds.refusePinned(seat)
    this.#changed()
    return lost
  }

  /** Fewer workers are there, or are to come: what all others have refused waits for nobody. */
  fewerWorkers(): void {
    this.#admittance?.recheck(this.#calls.values())
  }

  /** Ends whatever waits, as there is nobody who could run it. */
  refuseWaiting(faultOf: (call: PoolCall) => Fault): void {
    this.#earlyEnds.refuseWaiting(faultOf)
  }

  /** The body begins: START has arrived. */
  started(seat: Seat, id: number): void {
    this.#reports.started(seat, id)
  }

  /** The worker's last word on a call. @returns `false` where nothing is known of it any more. */
  ended(seat: Seat, id: number, ending: Ending): boolean {
    return this.#reports.ended(seat, id, ending)
  }

  /** The worker says that the body never began, and gives the call back. */
  withdrawn(seat: Seat, id: number): void {
    this.#reports.withdrawn(seat, id)
  }

  /** A body waits for something, and gives its slot up meanwhile. */
  suspend(call: PoolCall): void {
    this.#suspensions.suspend(call)
  }

  /** Something that a body waited for is over; `deliver` is called when the body may go on. */
  resume(call: PoolCall | undefined, deliver: () => void): void {
    this.#suspensions.resume(call, deliver)
  }

  /** Has what waits in front of the pool compared with each call that is next. @returns what ends it */
  beforeNext(offer: Offer): () => void {
    return this.#overtaking.add(offer)
  }

  enter(next: PoolCall): void {
    const call = this.#firstOf(next)
    const seat = this.#room.placeFor(call, this.#clock())
    if (seat) this.#offer(call, seat)
  }

  released(seat: Seat): void {
    if (seat.state !== 'gone' && seat.resumption.passOn()) return
    const next = this.#room.takeFor(seat)
    if (next) return void this.#offer(next, seat)
    if (seat.state === 'retiring') this.#room.shrink(seat, 1)
    this.line.release()
    this.#changed()
  }

  place(call: PoolCall, seat: Seat): void {
    this.#room.placed(call, seat)
    seat.take(call, this.#clock())
    this.#observe('assigned', call)
  }

  rejoin(call: PoolCall): void {
    this.#room.rejoin(call)
  }

  /** The last word on a call. */
  settle(call: PoolCall, ending: Ending): void {
    call.state = 'settled'
    call.startTimer?.clear()
    this.#calls.delete(call.id)
    call.parent?.children?.delete(call.id)
    this.#observe('settled', call, ending)
    call.owner.ended(ending)
    this.#changed()
  }

  isComingFor({ request }: PoolCall): boolean {
    return this.#options.isComingFor?.(request) ?? false
  }

  begun(call: PoolCall): void {
    this.#observe('started', call)
  }

  turnAway(call: PoolCall): void {
    this.#earlyEnds.turnAway(call)
  }

  /** The call that has the slot in hand. */
  #firstOf(next: PoolCall): PoolCall {
    const call = this.#overtaking.firstOf(next, this.line)
    if (call === next) return next
    this.line.leave(call)
    this.#room.rejoin(next)
    return call
  }

  /** What is for one worker only is not asked for. */
  #offer(call: PoolCall, seat: Seat): void {
    if (this.#admittance && !call.pinned) this.#admittance.ask(call, seat)
    else this.place(call, seat)
  }

  #refusal(call: PoolCall): Fault | undefined {
    if (call.parent?.cancelled) return parentsEnd(call, this.name)
    const refusal = this.#options.refuse?.(call.request) ?? this.#poison.refusal(call.request)
    return refusal && Fault.of(refusal)
  }

  #observe(event: CallEvent, call: PoolCall, ending?: Ending): void {
    this.#options.observe?.(event, call, ending)
  }

  #changed(): void {
    this.#options.onChange?.()
  }
}
