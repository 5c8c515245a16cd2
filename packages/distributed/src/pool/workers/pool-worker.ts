import type { WorkerLostError } from '@conc/core'
import { decode, decodeError, encode } from '@conc/wire'
import type { CallRequest } from '../../coordinator/call-request.js'
import type { Coordinator } from '../../coordinator/coordinator.js'
import { Fault } from '../../coordinator/fault.js'
import type { PoolCall, Word } from '../../coordinator/pool-call.js'
import type { Seat, SeatPort } from '../../coordinator/seat.js'
import { ArrivedValue } from '../../link/arrived-value.js'
import type { Boot, ReadyReport } from '../../link/boot.js'
import { failureEnding } from '../../link/failure-ending.js'
import { type LinkListener, PipeLink } from '../../link/pipe-link.js'
import type { TaskMetaWriter } from '../../link/task-meta.js'
import type { LockHost } from '../../locks/lock-host.js'
import type { Frame } from '../../protocol/frame.js'
import { frameType, taskFlag } from '../../protocol/frame-types.js'
import { LockDesk } from '../calls/lock-desk.js'
import { NestedCalls, type NestedHost } from '../calls/nested-calls.js'
import type { PoolSettings } from '../options/pool-settings.js'
import type { PoolEvents } from '../told/pool-events.js'
import { VitalsQuestion, type WorkerVitals } from '../told/vitals.js'
import type { Watchdog } from '../told/watchdog.js'
import type { WorkerRecords } from '../told/worker-records.js'
import { Grace } from './grace.js'
import { LoadTeller } from './load-teller.js'
import { WorkerEnd } from './worker-end.js'
import { type WorkerExit, WorkerProcess } from './worker-process.js'

/** The pool, as a worker sees it. */
export interface WorkerHome extends NestedHost {
  readonly settings: PoolSettings
  readonly coordinator: Coordinator
  readonly metas: TaskMetaWriter
  readonly locks: LockHost
  readonly records: WorkerRecords
  readonly events: PoolEvents
  readonly watchdog: Watchdog
  readonly poolId: string
  bootOf(worker: number): Boot
  /** It can work now. */
  ready(worker: PoolWorker): void
  /** A call has left the worker. */
  settled(worker: PoolWorker): void
  /** The worker asks to be replaced. */
  overweight(worker: PoolWorker): void
  /** It ended as it was told to. */
  left(worker: PoolWorker): void
  /** It was lost, or took bodies along. */
  lost(worker: PoolWorker, loss: WorkerLostError): void
}

/** One worker process, from its start to its end, with the frames that come and go. */
export class PoolWorker implements SeatPort, LinkListener {
  readonly number: number
  /** Its place in the pool. */
  readonly index: number
  readonly bornAt: number = performance.now()
  state: 'starting' | 'ready' | 'stopping' | 'gone' = 'starting'
  seat: Seat | undefined
  settledCount = 0
  report: ReadyReport | undefined
  /** How it ended. */
  exit: WorkerExit | undefined
  /** Resolves when the process is gone and its calls are settled. */
  readonly gone: Promise<void>
  readonly #home: WorkerHome
  readonly #process: WorkerProcess
  readonly #link: PipeLink
  readonly #nested: NestedCalls
  readonly #desk: LockDesk
  readonly #grace: Grace
  readonly #load: LoadTeller
  readonly #vitals: VitalsQuestion
  readonly #end: WorkerEnd
  readonly #toldModules = new Map<string, string>()
  #workEndedAt: number = performance.now()

  constructor(home: WorkerHome, number: number, index: number) {
    this.#home = home
    this.number = number
    this.index = index
    const { maxPayloadBytes, cancel, graceMs } = home.settings
    this.#end = new WorkerEnd(home.settings.name, number)
    this.#process = new WorkerProcess(home.settings, index, (level, pid, line) =>
      home.records.printed({ level, worker: number, pid, line }),
    )
    this.#link = new PipeLink(this.#process.pipes, maxPayloadBytes, this)
    this.#nested = new NestedCalls(home, this.#link)
    this.#desk = new LockDesk(home.locks, home.coordinator, this.#link, home.poolId)
    this.#grace = new Grace(graceMs, cancel, (call) => this.#endFor(call))
    this.#load = new LoadTeller(home.coordinator, this.#link)
    this.#vitals = new VitalsQuestion(this.#link)
    this.#link.add(frameType.boot, 0, undefined, encode(home.bootOf(number)).chunks)
    this.gone = this.#live()
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  get isIdle(): boolean {
    return (this.seat?.calls.size ?? 0) === 0
  }

  /** Since it had work last; 0 while it has. */
  get idleMs(): number {
    return this.isIdle ? performance.now() - this.#workEndedAt : 0
  }

  /** How it is, by its own account; what it said last where it does not answer. */
  async vitals(): Promise<WorkerVitals> {
    if (this.state !== 'ready') return { rssBytes: 0, lagMs: 0, utilization: 0 }
    return await this.#vitals.ask()
  }

  /** The same, as of a moment ago. */
  async recentVitals(): Promise<WorkerVitals> {
    if (this.state !== 'ready') return { rssBytes: 0, lagMs: 0, utilization: 0 }
    return await this.#vitals.recent()
  }

  assign({ id, request }: PoolCall): void {
    const flags = request.kind === 'call' ? 0 : taskFlag[request.kind]
    const meta = this.#home.metas.encode(request, this.#moduleFor(request))
    this.#link.add(frameType.task, id, meta, request.args, flags)
  }

  cancel(call: PoolCall, reason: Fault): void {
    this.#link.add(frameType.cancel, call.id, undefined, reason.bytes)
    this.#grace.begin(call)
  }

  tell(call: PoolCall, { type, body }: Word): void {
    this.#link.add(type, call.id, undefined, body)
  }

  /** Ends the process, which has nothing to do. */
  stop(): void {
    if (this.state === 'gone' || this.state === 'stopping') return
    this.state = 'stopping'
    this.#link.add(frameType.stop, 0)
    this.#link.flush()
  }

  /** Ends the process now. @param verdict why, for the errors of its calls. */
  condemn(verdict: string): void {
    this.#end.decided(verdict)
    this.#process.kill()
  }

  receive(frame: Frame): void {
    const { seat } = this
    // Whoever asks for figures is no sign of work.
    if (frame.type !== frameType.stats) this.#home.watchdog.heard()
    if (seat === undefined) return void this.#receiveFirst(frame)
    const { type, id, meta } = frame
    switch (type) {
      case frameType.start:
        return void this.#home.coordinator.started(seat, id)
      case frameType.result:
        return void this.#ended(seat, id, new ArrivedValue(frame))
      case frameType.error:
        return void this.#ended(seat, id, failureEnding(meta, frame.body))
      case frameType.progress:
        return void seat.calls.get(id)?.owner.progress?.([frame.body])
      case frameType.yield:
        return void seat.calls.get(id)?.owner.items?.([frame.body])
      case frameType.withdrawn:
        return void this.#home.coordinator.withdrawn(seat, id)
      case frameType.suspend:
        return void this.#suspend(seat.calls.get(id))
      case frameType.resume:
        return void this.#home.coordinator.resume(seat.calls.get(id), () =>
          this.#link.add(frameType.resume, id),
        )
      case frameType.log:
        return void this.#home.records.take(frame, seat)
      case frameType.stats:
        return void this.#vitals.answered(meta)
      case frameType.goAway:
        return void this.#home.overweight(this)
      case frameType.acquire:
        return void this.#desk.take(frame, seat)
      case frameType.release:
        return void this.#desk.release(frame, seat)
      case frameType.cancel:
        if (this.#desk.cancel(id)) return
        break
      case frameType.fatal:
        return void this.#end.said(decodeError(frame.body))
    }
    this.#nested.receive(frame, seat)
  }

  beforeWrite(): void {
    if (this.state === 'ready') this.#load.tell()
  }

  /** The worker remembers where a task is declared. */
  #moduleFor({ task, module }: CallRequest): string | undefined {
    if (module === undefined || this.#toldModules.get(task) === module) return undefined
    this.#toldModules.set(task, module)
    return module
  }

  #receiveFirst(frame: Frame): void {
    const { type, body } = frame
    if (type === frameType.log) this.#home.records.take(frame)
    if (type === frameType.fatal) this.#end.said(decodeError(body))
    if (type !== frameType.ready) return
    this.report = decode(body) as ReadyReport
    this.state = 'ready'
    this.#home.ready(this)
  }

  #ended(seat: Seat, id: number, ending: Parameters<Coordinator['ended']>[2]): void {
    const call = seat.calls.get(id)
    if (call === undefined) return
    this.#grace.end(call)
    this.settledCount++
    this.#workEndedAt = performance.now()
    this.#home.coordinator.ended(seat, id, ending)
    this.#home.settled(this)
  }

  #suspend(call: PoolCall | undefined): void {
    if (call) this.#home.coordinator.suspend(call)
  }

  #endFor(call: PoolCall): void {
    const others = this.seat?.calls.values() ?? []
    // What only waits there, or was not cancelled, is not to be harmed.
    if (!others.every((one) => one.cancelled)) return void this.#grace.begin(call)
    this.condemn(`it was ended because task '${call.request.task}' ignored its cancel.`)
  }

  async #live(): Promise<void> {
    const exit = await this.#process.exited
    const wasStopping = this.state === 'stopping'
    this.state = 'gone'
    this.exit = exit
    this.#grace.clear()
    this.#end.problem = this.#link.problem
    const loss = this.#end.errorFor(exit)
    const begun = this.#loseCalls(exit)
    this.#nested.clear()
    this.#vitals.over()
    if (!wasStopping || begun.length > 0) this.#home.lost(this, loss)
    else this.#home.left(this)
  }

  /** @returns those that had begun. */
  #loseCalls(exit: WorkerExit): readonly PoolCall[] {
    if (this.seat === undefined) return []
    const end = this.#end
    const faultOf = (call: PoolCall): Fault => Fault.of(end.errorFor(exit, call))
    return this.#home.coordinator.lost(this.seat, faultOf, {
      isTheirDoing: end.isTheirDoing,
      hasSaidAll: exit.hasSaidAll && end.problem === undefined,
    })
  }
}
