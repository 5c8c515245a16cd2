import { availableParallelism } from 'node:os'
import type { CloseOptions, TaskCancelledError, WorkerLostError } from '@conc/core'
import { findBodies, KeepAlive, Lifecycle, newIdTag, Timer } from '@conc/core/internal'
import type { CallRoute } from '../calls/call-route.js'
import { idsAbove } from '../calls/ids-above.js'
import { RemoteCalls } from '../calls/remote-calls.js'
import type { CallRequest, Ending } from '../coordinator/call-request.js'
import { Coordinator } from '../coordinator/coordinator.js'
import type { CallEvent } from '../coordinator/coordinator-options.js'
import type { PoolCall } from '../coordinator/pool-call.js'
import type { Seat } from '../coordinator/seat.js'
import type { Boot } from '../link/boot.js'
import { TaskMetaWriter } from '../link/task-meta.js'
import { LockHost } from '../locks/lock-host.js'
import { PoolLog } from '../logs/pool-log.js'
import { Admission } from './calls/admission.js'
import { isAdmitted } from './calls/admit.js'
import type { EntranceHost } from './calls/entrance.js'
import { KeyedRoute } from './calls/keyed-route.js'
import { OwnServer } from './calls/own-server.js'
import { passOn } from './calls/pass-on.js'
import { refuseTags } from './calls/refuse-tags.js'
import type { PoolSettings } from './options/pool-settings.js'
import { breadthAround, poolDepth } from './pool-around.js'
import { CallStatistics } from './told/call-statistics.js'
import { PoolEvents } from './told/pool-events.js'
import { type StandingPool, Standstill } from './told/standstill.js'
import { Watchdog } from './told/watchdog.js'
import { WorkerRecords } from './told/worker-records.js'
import { bootOf } from './workers/boot-of.js'
import { Fleet } from './workers/fleet.js'
import type { PoolWorker, WorkerHome } from './workers/pool-worker.js'

/** What a pool consists of, and how its parts hear of each other. */
export class PoolEngine implements WorkerHome, EntranceHost, StandingPool {
  readonly settings: PoolSettings
  readonly name: string
  readonly poolId: string = newIdTag()
  readonly coordinator: Coordinator
  readonly fleet: Fleet
  readonly lifecycle: Lifecycle
  readonly admission: Admission
  readonly calls: RemoteCalls
  readonly keepAlive: KeepAlive = new KeepAlive()
  readonly statistics: CallStatistics = new CallStatistics()
  /** Sessions wait for names without a call that would tell. */
  readonly locks: LockHost = new LockHost(undefined, () => this.watchdog.check())
  readonly metas: TaskMetaWriter = new TaskMetaWriter()
  readonly log: PoolLog
  readonly events: PoolEvents
  readonly records: WorkerRecords
  readonly watchdog: Watchdog = new Watchdog(new Standstill(this))
  readonly #depth = poolDepth() + 1
  #stopFinding: (() => void) | undefined

  /** Where sessions come in, if the pool listens. */
  readonly port: OwnServer | undefined

  constructor(settings: PoolSettings) {
    this.settings = settings
    this.port = settings.serving && new OwnServer(settings.serving, () => this.#changed())
    this.name = settings.name
    this.log = new PoolLog({ ...settings, pool: settings.name, level: settings.logLevel })
    this.events = new PoolEvents(this.name, this.poolId, this.log)
    this.records = new WorkerRecords(this.name, this.log)
    this.coordinator = new Coordinator({
      ...settings,
      // A further attempt of a call that was accepted before may come when there are no workers any more.
      refuse: (request) => this.fleet.failure ?? refuseTags(request, settings),
      admit: settings.admit && ((call, seat) => this.#admits(call, seat)),
      isComingFor: (request) => this.fleet.isComingFor(request),
      observe: (event, call, ending) => this.#observe(event, call, ending),
      onChange: () => this.#changed(),
    })
    this.fleet = new Fleet(this, () => this.#changed())
    const route = new KeyedRoute(this.route(), this.name)
    const { maxPayloadBytes, prefetch, tagMatch } = settings
    const limits = { maxPayloadBytes, prefetch, tagMatch }
    this.calls = new RemoteCalls(route, limits, () => this.#changed(), this.keepAlive)
    this.lifecycle = new Lifecycle(this.name, {
      isForceful: true,
      isIdle: () => this.calls.isEmpty && this.coordinator.isIdle && (this.port?.isIdle ?? true),
      cancelAll: (reason) => this.#cancelAll(reason),
      release: () => this.#release(),
    })
    const { coordinator, fleet, lifecycle } = this
    this.admission = new Admission({ settings, depth: this.#depth, coordinator, fleet, lifecycle })
    this.#warnOfCrowd()
  }

  get tasks(): ReadonlyMap<string, string | undefined> {
    return this.fleet.tasks
  }

  get isOpen(): boolean {
    return this.fleet.state === 'open'
  }

  get isFull(): boolean {
    return this.admission.isFull
  }

  get hasRoom(): boolean {
    return this.admission.hasRoom
  }

  get isDraining(): boolean {
    return !this.lifecycle.isOpen
  }

  get maxSuspended(): number {
    return this.settings.maxSuspended
  }

  /** Where calls of this process go. @param seat the only worker for them. */
  route(seat?: Seat): CallRoute {
    return {
      send: (request, owner) => {
        this.start()
        return this.coordinator.accept(request, owner, undefined, seat)
      },
    }
  }

  start(): void {
    this.#stopFinding ??= findBodies(this.poolId, (id) => this.#bodyOf(id)?.origin)
    this.fleet.start()
  }

  guestRefusal(request: CallRequest): Error | undefined {
    const { admission, lifecycle, fleet, port } = this
    if (lifecycle.state !== 'draining') return admission.refusal()
    // What comes from its own port was accepted there before the drain, or belongs to what was.
    const belongs = port?.isDraining || idsAbove(request).some((id) => this.isLive(id))
    return belongs ? fleet.failure : lifecycle.closedError()
  }

  isLive(taskId: string): boolean {
    return this.#bodyOf(taskId) !== undefined
  }

  async freeSlot(signal: AbortSignal): Promise<void> {
    this.start()
    this.keepAlive.hold()
    try {
      await this.admission.untilFreeSlot(signal)
    } finally {
      this.keepAlive.letGo()
    }
  }

  room(): Promise<void> {
    return this.admission.untilRoom()
  }

  close(options?: CloseOptions): Promise<void> {
    const closed = this.lifecycle.close(options)
    this.port?.drain()
    this.admission.check()
    return closed
  }

  /** As `currentTask().id` says in its body. */
  idOf({ id }: PoolCall): string {
    return `${this.poolId}-${id}`
  }

  bootOf(worker: number): Boot {
    return bootOf(this.settings, this.poolId, this.#depth, worker)
  }

  ready(worker: PoolWorker): void {
    this.fleet.ready(worker)
  }

  settled(worker: PoolWorker): void {
    this.fleet.settled(worker)
  }

  overweight(worker: PoolWorker): void {
    this.fleet.replace(worker)
  }

  left(worker: PoolWorker): void {
    this.fleet.left(worker)
  }

  lost(worker: PoolWorker, loss: WorkerLostError): void {
    this.fleet.lost(worker, loss)
  }

  async #admits(call: PoolCall, seat: Seat): Promise<boolean> {
    const { places } = this.fleet
    const place = places.find(({ worker }) => worker?.seat === seat)
    // One that is being replaced is not asked: the call goes on to its successor.
    return place === undefined || (await isAdmitted(call, place, this.settings, this.log))
  }

  #observe(event: CallEvent, call: PoolCall, ending: Ending | undefined): void {
    if (ending) {
      this.statistics.settled(call, ending)
      if (this.locks.size > 0) {
        passOn(this.locks, { task: call.request.task, taskId: this.idOf(call) }, ending, this.log)
      }
    }
    this.events.call(event, call, ending)
  }

  #warnOfCrowd(): void {
    const processes = breadthAround() * this.settings.breadth
    if (this.#depth > 1 && processes > 4 * availableParallelism()) this.events.crowd(processes)
  }

  #bodyOf(taskId: string): PoolCall | undefined {
    const [poolId, id] = taskId.split('-')
    const call = poolId === this.poolId ? this.coordinator.calls.get(Number(id)) : undefined
    return call?.hasBody ? call : undefined
  }

  /** Parts report changes while the others are still being made. */
  #changed(): void {
    this.lifecycle?.check()
    if (this.admission === undefined) return
    this.admission.check()
    this.watchdog.check()
  }

  /** What goes on though it was cancelled ends with its process. */
  #cancelAll(reason: TaskCancelledError): void {
    this.calls.interruptAll(reason)
    this.port?.cancelAll()
    const { graceMs } = this.settings
    const timer = new Timer(graceMs, () =>
      this.fleet.condemnBusy(`it was ended as its work went on ${graceMs} ms after its cancel.`),
    )
    timer.hold(false)
  }

  async #release(): Promise<void> {
    this.keepAlive.hold()
    await this.port?.close()
    await this.fleet.close()
    this.#stopFinding?.()
    this.watchdog.end()
    this.keepAlive.end()
  }
}
