import type { CallOwner, CallRequest, Ending } from '../../src/coordinator/call-request.js'
import { Coordinator } from '../../src/coordinator/coordinator.js'
import { Fault } from '../../src/coordinator/fault.js'
import type { PoolCall } from '../../src/coordinator/pool-call.js'
import type { Seat, SeatPort } from '../../src/coordinator/seat.js'

export const good: Ending = { ok: true, value: [] }
export const reason: Fault = Fault.of(new Error('cancelled'))

/** What one worker has been sent, and what it has made of it. */
export class FakeWorker implements SeatPort {
  readonly assigned: PoolCall[] = []
  readonly begun: PoolCall[] = []
  readonly told: PoolCall[] = []
  seat: Seat | undefined
  readonly #pool: PoolModel

  constructor(pool: PoolModel) {
    this.#pool = pool
  }

  assign(call: PoolCall): void {
    this.assigned.push(call)
    this.#pool.order.push(call)
  }

  cancel(call: PoolCall): void {
    this.told.push(call)
  }

  tell(): void {}
}

export interface Submit {
  readonly priority?: number
  readonly depth?: number
  readonly parent?: PoolCall
  /** When it came to whoever sends it now. */
  readonly waitsSince?: number
}

/** A coordinator with workers that do what a test says, and all that there is to say about its calls. */
export class PoolModel {
  readonly coordinator: Coordinator
  readonly concurrency: number
  workers: FakeWorker[] = []
  readonly calls: PoolCall[] = []
  readonly endings: Map<PoolCall, Ending[]> = new Map()
  readonly starts: Map<PoolCall, number> = new Map()
  /** Assignments, as they came. */
  readonly order: PoolCall[] = []
  readonly problems: string[] = []
  /** Calls that a worker is asked to take, and how to answer. */
  readonly asked: { readonly call: PoolCall; readonly seat: Seat; answer(yes: boolean): void }[] =
    []
  now = 0
  #workers = 0

  /** @param asks whether workers are asked for each call. */
  constructor(concurrency: number, asks = false) {
    this.concurrency = concurrency
    this.coordinator = new Coordinator({
      name: 'model',
      concurrency,
      poisonLimit: 3,
      clock: () => this.now,
      ...(asks && { admit: (call, seat) => this.#ask(call, seat) }),
      observe: (event, call) => event === 'started' && this.#started(call),
    })
  }

  addWorker(tags?: readonly string[]): FakeWorker {
    const worker = new FakeWorker(this)
    this.workers.push(worker)
    worker.seat = this.coordinator.open(++this.#workers, worker, tags)
    return worker
  }

  submit({ priority = 0, depth = 0, parent, waitsSince = 0 }: Submit = {}): PoolCall {
    const request: CallRequest = {
      // A few that are told apart, so that suspects come back.
      task: `model/task-${this.calls.length % 7}`,
      kind: 'call',
      args: [],
      depth: parent ? parent.request.depth + 1 : depth,
      attempt: 1,
      priority,
    }
    if (parent) this.coordinator.suspend(parent)
    const endings: Ending[] = []
    const owner: CallOwner = {
      waitsSince,
      ended: (ending) => {
        endings.push(ending)
        if (parent) this.coordinator.resume(parent, () => {})
      },
    }
    const call = this.coordinator.accept(request, owner, parent)
    this.endings.set(call, endings)
    this.calls.push(call)
    return call
  }

  /** The worker takes up the oldest thing it was sent, as a real one does. */
  begin(worker: FakeWorker): void {
    const call = worker.assigned.shift()
    if (call === undefined || worker.seat === undefined) return
    if (worker.told.includes(call)) return void this.coordinator.withdrawn(worker.seat, call.id)
    this.coordinator.started(worker.seat, call.id)
    worker.begun.push(call)
  }

  /** A body ends, if it does not wait for others. */
  end(worker: FakeWorker, index: number): void {
    const able = worker.begun.filter((call) => call.outstanding === 0 && call.holdsSlot)
    const call = able[index % Math.max(able.length, 1)]
    if (call === undefined || worker.seat === undefined) return
    worker.begun.splice(worker.begun.indexOf(call), 1)
    this.coordinator.ended(worker.seat, call.id, good)
  }

  crash(worker: FakeWorker): void {
    if (worker.seat === undefined) return
    this.workers = this.workers.filter((one) => one !== worker)
    this.coordinator.lost(worker.seat, () => Fault.of(new Error('lost')))
  }

  /** A worker takes a call, or does not. */
  answer(index: number, yes: boolean): void {
    const [asked] = this.asked.splice(index % Math.max(this.asked.length, 1), 1)
    asked?.answer(yes)
  }

  /** Says what is wrong; to be called when the microtasks are through. */
  check(): void {
    const { coordinator } = this
    const holding = this.calls.filter((call) => call.holdsSlot).length + this.#keptFor()
    this.#expect(coordinator.running === holding, `running ${coordinator.running}, hold ${holding}`)
    const isInLine = (call: PoolCall): boolean => call.state === 'waiting' && !call.askedOf
    const waiting = this.calls.filter(isInLine).length
    this.#expect(coordinator.waiting === waiting, `waiting ${coordinator.waiting}, are ${waiting}`)
    for (const { seat } of this.workers) if (seat) this.#checkSeat(seat)
    for (const [call, endings] of this.endings) {
      const expected = call.isSettled ? 1 : 0
      this.#expect(endings.length === expected, `${call.id} was told ${endings.length} ends`)
    }
  }

  #checkSeat(seat: Seat): void {
    const holding = [...seat.calls.values()].filter((call) => call.holdsSlot).length
    const here = holding + this.#keptFor(seat)
    this.#expect(seat.running === here, `a worker counts ${seat.running} of ${here}`)
    this.#expect(seat.running <= this.concurrency, 'a worker runs more than it may')
    const couldRun = this.calls.some(
      (call) => call.state === 'waiting' && !call.askedOf && seat.isFor(call),
    )
    this.#expect(!(seat.hasFreeSlot && couldRun), 'somebody waits beside a free slot')
    const { loner } = seat
    const isMixed = loner && seat.calls.has(loner.id) && this.#strangersTo(loner, seat)
    this.#expect(!isMixed, 'somebody was sent to where a suspect runs')
    const suspended = [...seat.calls.values()].filter((call) => call.outstanding > 0).length
    this.#expect(seat.suspended === suspended, `suspended ${seat.suspended}, are ${suspended}`)
  }

  #strangersTo(loner: PoolCall, seat: Seat): boolean {
    return [...seat.calls.values()].some(
      (call) => call.state === 'assigned' && call !== loner && !call.isBelow(loner),
    )
  }

  #ask(call: PoolCall, seat: Seat): Promise<boolean> {
    this.#expect(!call.refusedBy?.has(seat), `${call.id} came twice to a worker that refused it`)
    return new Promise((resolve) => this.asked.push({ call, seat, answer: resolve }))
  }

  /** Slots that are kept for calls which a worker is asked for. */
  #keptFor(seat?: Seat): number {
    return this.asked.filter((one) => one.seat.state !== 'gone' && (!seat || one.seat === seat))
      .length
  }

  #started(call: PoolCall): void {
    const count = (this.starts.get(call) ?? 0) + 1
    this.starts.set(call, count)
    this.#expect(count === 1, `${call.id} started ${count} times`)
    this.#expect(call.cancelled === undefined, `${call.id} started after its cancel`)
  }

  #expect(isTrue: boolean, problem: string): void {
    if (!isTrue) this.problems.push(problem)
  }
}
