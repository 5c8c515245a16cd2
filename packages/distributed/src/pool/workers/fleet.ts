import type { WorkerLostError } from '@conc/core'
import { Conditions, Timer } from '@conc/core/internal'
import type { CallRequest } from '../../coordinator/call-request.js'
import { carries } from '../../coordinator/carries.js'
import type { Coordinator } from '../../coordinator/coordinator.js'
import { Fault } from '../../coordinator/fault.js'
import type { Seat } from '../../coordinator/seat.js'
import { NoWorkersError, PoolStartError } from '../../errors.js'
import type { PoolSettings } from '../options/pool-settings.js'
import { Place } from './place.js'
import { PoolWorker, type WorkerHome } from './pool-worker.js'

/** A worker that was told to end does so in no time; one that is stopped or spins is killed after it. */
const killMs = 5000

/** The workers of a pool: how many there are to be, their start, their replacement, their end. */
export class Fleet {
  readonly #home: WorkerHome
  readonly #settings: PoolSettings
  readonly #coordinator: Coordinator
  readonly #places: readonly Place[]
  /** End their work and are replaced already. */
  readonly #leaving = new Set<PoolWorker>()
  readonly #changes = new Conditions()
  readonly #onChange: () => void
  #state: 'idle' | 'starting' | 'open' | 'failed' | 'closed' = 'idle'
  #lastNumber = 0
  readonly #tasks = new Map<string, string | undefined>()
  /** Places whose worker could not start, with what ended it last. */
  readonly #unstarted = new Map<Place, WorkerLostError>()
  #failure: PoolStartError | NoWorkersError | undefined

  /** @param onChange called when the state has changed. */
  constructor(home: WorkerHome, onChange: () => void) {
    this.#home = home
    this.#settings = home.settings
    this.#coordinator = home.coordinator
    this.#onChange = onChange
    this.#places = Array.from(
      { length: home.settings.breadth },
      (_, index) => new Place(index, home.settings),
    )
  }

  get state(): 'idle' | 'starting' | 'open' | 'failed' | 'closed' {
    return this.#state
  }

  /** Why there are no workers, and will not be. */
  get failure(): PoolStartError | NoWorkersError | undefined {
    return this.#failure
  }

  /** The tasks that workers have loaded, with their versions. */
  get tasks(): ReadonlyMap<string, string | undefined> {
    return this.#tasks
  }

  get places(): readonly Place[] {
    return this.#places
  }

  /** Those that end their work and are replaced already. */
  get leaving(): PoolWorker[] {
    return [...this.#leaving]
  }

  get workers(): PoolWorker[] {
    const inPlace = this.#places.flatMap(({ worker }) => worker ?? [])
    return [...inPlace, ...this.#leaving]
  }

  /** Where work can go now. */
  get seats(): Seat[] {
    return this.#places.flatMap(({ worker }) => (worker?.seat?.state === 'open' ? worker.seat : []))
  }

  /** Whether a worker is starting, or about to. */
  get isGrowing(): boolean {
    return this.#places.some(({ isGrowing }) => isGrowing)
  }

  /** Whether one is that may run the call. */
  isComingFor(request: CallRequest): boolean {
    const mayRun = ({ index }: Place): boolean =>
      carries(new Set(this.#settings.tagsOf(index)), request)
    return this.#isRunning && this.#places.some((place) => place.isGrowing && mayRun(place))
  }

  /** Starts all workers, once. */
  start(): void {
    if (this.#state !== 'idle') return
    this.#enter('starting')
    for (const place of this.#places) this.#spawn(place)
  }

  /** Resolves when enough workers are ready. @throws {PoolStartError} too few can start. */
  async started(signal?: AbortSignal): Promise<void> {
    await this.#changes.until(() => this.#state !== 'starting', signal)
    if (this.#failure) throw this.#failure
  }

  ready(worker: PoolWorker): void {
    const place = this.#placeOf(worker)
    if (place === undefined || this.#state === 'closed' || this.#state === 'failed')
      return void worker.stop()
    place.hasFailed = false
    this.#unstarted.delete(place)
    for (const [name, version] of worker.report?.tasks ?? []) this.#tasks.set(name, version)
    const tags = this.#settings.tagsOf(place.index)
    worker.seat = this.#coordinator.open(worker.number, worker, tags)
    this.#home.events.worker('ready', worker)
    if (this.#state === 'starting' && this.#readyCount >= this.#settings.quorum) this.#enter('open')
  }

  /** A call has left the worker. */
  settled(worker: PoolWorker): void {
    if (worker.seat?.state === 'open' && worker.settledCount >= this.#settings.maxTasksPerWorker) {
      this.replace(worker)
    }
    if (worker.seat?.state === 'retiring' && worker.isIdle) worker.stop()
  }

  /** The worker gets nothing new and ends with its last call; another one is started. */
  replace(worker: PoolWorker): void {
    const place = this.#placeOf(worker)
    if (place === undefined || this.#state !== 'open' || !worker.seat) return
    this.#coordinator.retire(worker.seat)
    this.#leaving.add(worker)
    this.#home.events.worker('recycled', worker)
    this.#spawn(place)
    if (worker.isIdle) worker.stop()
  }

  lost(worker: PoolWorker, loss: WorkerLostError): void {
    const place = this.#placeOf(worker)
    const { exitCode, signal } = loss
    this.#home.events.worker('lost', worker, { exitCode, signal, error: loss })
    this.#leaving.delete(worker)
    if (place === undefined) return
    place.worker = undefined
    place.lastLoss = loss
    // One that had been ready could start: a pool does not fail for what work did to it meanwhile.
    if (this.#state === 'starting' && !worker.seat) this.#couldNotStart(place, loss)
    // Where enough others may be ready, the place is tried again as any other.
    if (this.#isRunning) this.#replaceLost(place, performance.now() - worker.bornAt)
    this.#coordinator.fewerWorkers()
  }

  /** A worker ended as it was told to. */
  left(worker: PoolWorker): void {
    this.#leaving.delete(worker)
    this.#home.events.worker('stopped', worker)
  }

  /** Ends workers whose bodies go on though they were cancelled. */
  condemnBusy(verdict: string): void {
    for (const worker of this.workers) if (!worker.isIdle) worker.condemn(verdict)
  }

  /** Ends every worker. @returns when the last process is gone. */
  async close(): Promise<void> {
    this.#enter('closed')
    for (const { respawn } of this.#places) respawn.end()
    await Promise.all(this.workers.map((worker) => endOf(worker)))
  }

  get #isRunning(): boolean {
    return this.#state === 'starting' || this.#state === 'open'
  }

  get #readyCount(): number {
    let count = 0
    for (const { worker } of this.#places) if (worker?.state === 'ready') count++
    return count
  }

  #spawn(place: Place): void {
    const worker = new PoolWorker(this.#home, ++this.#lastNumber, place.index)
    place.worker = worker
    place.number = worker.number
    this.#home.events.worker('up', worker)
    const { startupTimeoutMs } = this.#settings
    const timer = new Timer(startupTimeoutMs, () => {
      if (worker.state !== 'starting') return
      worker.condemn(`it was not ready within ${startupTimeoutMs} ms.`)
    })
    timer.hold(false)
    void worker.gone.then(() => timer.clear())
  }

  #placeOf(worker: PoolWorker): Place | undefined {
    return this.#places.find((place) => place.worker === worker)
  }

  #couldNotStart(place: Place, loss: WorkerLostError): void {
    this.#unstarted.set(place, loss)
    const { breadth, quorum, name } = this.#settings
    if (breadth - this.#unstarted.size >= quorum) return
    const reason = `${quorum} of ${breadth} workers were needed. ${loss.message}`
    this.#fail(
      new PoolStartError(`Executor '${name}' could not start: ${reason}`, {
        errors: [...this.#unstarted.values()],
        executor: name,
        cause: loss,
      }),
    )
  }

  #replaceLost(place: Place, livedMs: number): void {
    place.hasFailed = place.respawn.died(performance.now(), livedMs)
    if (place.hasFailed) {
      this.#home.events.failed(place.index)
      if (this.#places.every(({ worker, hasFailed }) => hasFailed && !worker))
        return void this.#failAll()
    }
    place.respawn.after(place.hasFailed, () => {
      if (!this.#isRunning) return
      place.restarts++
      this.#spawn(place)
    })
  }

  #failAll(): void {
    const { name } = this.#settings
    const causes = this.#places.map(({ lastLoss }) => lastLoss)
    this.#fail(
      new NoWorkersError(`Executor '${name}' has no worker left: they die too often.`, {
        reason: 'failed',
        executor: name,
        causes,
        cause: causes[0],
      }),
    )
  }

  #fail(failure: PoolStartError | NoWorkersError): void {
    this.#failure = failure
    this.#enter('failed')
    for (const { respawn } of this.#places) respawn.end()
    for (const worker of this.workers) worker.condemn('its pool has failed.')
    this.#coordinator.refuseWaiting(() => Fault.of(failure))
  }

  #enter(state: 'starting' | 'open' | 'failed' | 'closed'): void {
    this.#state = state
    this.#home.events.state(state, state === 'failed' ? this.#failure : undefined)
    this.#changes.check()
    this.#onChange()
  }
}

async function endOf(worker: PoolWorker): Promise<void> {
  if (worker.state === 'starting') worker.condemn('its pool was closed.')
  worker.stop()
  const timer = new Timer(killMs, () => worker.condemn('it did not end when it was told to.'))
  await worker.gone
  timer.clear()
}
