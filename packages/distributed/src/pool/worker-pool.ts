import { randomBytes } from 'node:crypto'
import {
  type Capabilities,
  type CloseOptions,
  channels,
  type Executor,
  type Load,
  QueueFullError,
  type Settled,
  type StreamWork,
  type SubmitOptions,
  type Task,
  type Work,
} from '@conc/core'
import {
  assertNotImporting,
  Call,
  Conditions,
  captureContext,
  checkArguments,
  checkSignal,
  checkSubmitOptions,
  checkWork,
  KeepAlive,
  Lifecycle,
  publish,
  refuseClosure,
  refuseStreamTask,
  reportsEnd,
  TaskStream,
  Timer,
  type TravelContext,
  whileSuspended,
} from '@conc/core/internal'
import { type CallRoute, callRoute } from '../calls/call-route.js'
import { ForeignStream, holdsSlot } from '../calls/foreign-wait.js'
import { endNow, RemoteCalls } from '../calls/remote-calls.js'
import type { Ending } from '../coordinator/call-request.js'
import { Coordinator } from '../coordinator/coordinator.js'
import type { PoolCall } from '../coordinator/pool-call.js'
import type { Seat } from '../coordinator/seat.js'
import { PoolDepthError } from '../errors.js'
import type { Boot } from '../link/boot.js'
import { TaskMetaWriter } from '../link/task-meta.js'
import { LocalLockRoute } from '../locks/local-route.js'
import { LockHost } from '../locks/lock-host.js'
import { type LockRoute, lockRoute } from '../locks/lock-route.js'
import { type Locks, locksOver } from '../locks/locks.js'
import type { PoolStats } from '../pool-stats.js'
import { protocolName } from '../protocol/limits.js'
import type { PoolServer } from '../server/pool-server.js'
import { serve } from '../server/serve.js'
import { settled } from './broadcast.js'
import { CallStatistics } from './call-statistics.js'
import { Entrance, type EntranceHost } from './entrance.js'
import { Fleet } from './fleet.js'
import { poolDepth } from './pool-around.js'
import { capabilitiesOf, refuseHomeless } from './pool-capabilities.js'
import { type PoolSettings, poolSettings, type WorkerPoolOptions } from './pool-options.js'
import type { WorkerHome } from './pool-worker.js'
import { refuseTags } from './refuse-tags.js'
import { statsOf } from './worker-stats.js'

/**
 * Runs declared tasks on child processes of this one. The first submit, `start()` or `ready()` starts them; they hold
 * the process only while there is work, and end with it.
 *
 * @example
 * await using pool = new WorkerPool({ breadth: 4, concurrency: 1 })
 * await withExecutor(pool, () => Promise.all(paths.map((path) => resize(path, 640))))
 */
export class WorkerPool implements Executor {
  readonly name: string
  readonly id: string = randomBytes(6).toString('hex')
  readonly capabilities: Capabilities
  readonly #settings: PoolSettings
  readonly #depth = poolDepth() + 1
  readonly #coordinator: Coordinator
  readonly #fleet: Fleet
  readonly #lifecycle: Lifecycle
  readonly #room = new Conditions()
  readonly #keepAlive = new KeepAlive()
  readonly #statistics = new CallStatistics()
  readonly #locks = new LockHost()
  readonly #madeAt = performance.now()
  #listening: Promise<PoolServer> | undefined
  #server: PoolServer | undefined
  readonly #calls: RemoteCalls

  /**
   * @throws {InvalidOptionError} an option outside its range.
   * @throws {ConcError} `CONC_WHILE_IMPORTING`: a worker is importing the module that does this.
   */
  constructor(options: WorkerPoolOptions = {}) {
    assertNotImporting('A WorkerPool was made')
    const settings = poolSettings(options)
    this.#settings = settings
    this.name = settings.name
    this.capabilities = capabilitiesOf(settings)
    this.#coordinator = new Coordinator({
      name: settings.name,
      concurrency: settings.concurrency,
      poisonLimit: settings.poisonLimit,
      startTimeoutMs: settings.startTimeoutMs,
      refuse: (request) => refuseTags(request, settings),
      observe: (event, call, ending) => {
        if (ending) this.#settled(call, ending)
        if (!channels.pool.hasSubscribers) return
        const { id, request, seat } = call
        publish(channels.pool, event, settings.name, () => ({
          id: `${this.id}-${id}`,
          task: request.task,
          worker: seat?.worker,
        }))
      },
      onChange: () => this.#changed(),
    })
    this.#fleet = new Fleet(this.#asHome(), () => this.#changed())
    this.#calls = new RemoteCalls(this.#route(), settings, () => this.#changed(), this.#keepAlive)
    Object.defineProperties(this, {
      [reportsEnd]: { value: true },
      [lockRoute]: { value: new LocalLockRoute(this.#locks, this.name) },
      [callRoute]: { value: new Entrance(this.#asEntranceHost()) },
    })
    this.#lifecycle = new Lifecycle(this.name, {
      isForceful: true,
      isIdle: () => this.#calls.isEmpty && this.#coordinator.isIdle,
      cancelAll: (reason) => {
        this.#calls.interruptAll(reason)
        this.#endBusyLater()
      },
      release: () => this.#release(),
    })
  }

  /** How busy it is: `concurrency` is `breadth * concurrency`; a body that waits for its own calls is not running. */
  get load(): Load {
    const { running, waiting } = this.#coordinator
    return { concurrency: this.#slots, running, waiting, queueLimit: this.#settings.queueLimit }
  }

  /** Where it is in its life; `'failed'`: its workers cannot start or die too often, and it takes no work. */
  get state(): 'idle' | 'starting' | 'open' | 'draining' | 'closed' | 'failed' {
    const { state } = this.#lifecycle
    return state === 'open' ? this.#fleet.state : state
  }

  /** Where it listens, once it has started; only with `port`. */
  get server(): PoolServer | undefined {
    return this.#server
  }

  /** What sessions have to prove; only with `port`. */
  get authkey(): Uint8Array | undefined {
    return this.#settings.serving?.authkey
  }

  /** The tasks that its workers have loaded, with their versions. */
  get tasks(): ReadonlyMap<string, string | undefined> {
    return this.#fleet.tasks
  }

  /**
   * Starts the workers and waits until `quorum` of them are ready.
   *
   * @returns rejects with a `PoolStartError` that has what each worker said, or with `signal.reason`.
   */
  async start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    checkSignal(signal)
    signal?.throwIfAborted()
    if (!this.#lifecycle.isOpen) throw this.#lifecycle.closedError()
    this.#begin()
    this.#keepAlive.hold()
    try {
      await this.#fleet.started(signal)
      await this.#listen()
    } finally {
      this.#keepAlive.letGo()
    }
    if (!this.#lifecycle.isOpen) throw this.#lifecycle.closedError()
  }

  /**
   * Runs a declared task in a worker. Arguments and result are copies.
   *
   * @returns the result; rejects with what the task threw, with `options.signal.reason`, or with an `ExecutorError`.
   * @throws {InvalidOptionError} at once, for a wrong option.
   */
  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    this.#check(work, args, options)
    const refusal = refuseStreamTask(this.name, work) ?? this.#refusal(work)
    if (refusal) {
      endNow(options)
      return Promise.reject(refusal)
    }
    const call = new Call(this.name, work, options)
    if (call.isSettled) endNow(options)
    else this.#calls.perform(call, args)
    const result = call.promise as Promise<Awaited<R>>
    return holdsSlot() ? whileSuspended(() => result) : result
  }

  /**
   * Runs a generator task in a worker and pulls its items; the worker is at most `prefetch` ahead. Leaving the loop
   * runs the generator's `finally`.
   */
  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    this.#check(work, args, options)
    let context: TravelContext | undefined
    const items = new TaskStream<Y>({
      accept: () => {
        const call = this.#acceptStream(work, options)
        context = captureContext(call)
        return call
      },
      open: (call, attempt) => this.#calls.openStream<Y>(call, args, context, attempt),
      ended: (call) => this.#calls.delete(call),
    })
    return holdsSlot() ? new ForeignStream(items) : items
  }

  /**
   * Runs a generator task in a worker as if it were here: `next(value)` gives one item for each value sent in, `throw`
   * raises at the `yield`, `return` runs its `finally`, and its return value arrives.
   *
   * @example
   * const talk = pool.duplex(adder, [0])
   * await talk.next()
   * console.log(await talk.next(5))
   */
  duplex<A extends readonly unknown[], Y, R, S>(
    work: Task<A, AsyncGenerator<Y, R, S>>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, R, S> {
    this.#check(work, args, options)
    return this.#calls.duplex<Y, R, S>(args, () => this.#acceptStream(work, options))
  }

  /**
   * Runs a task once in every worker that is ready, whatever else waits.
   *
   * @returns how each of the calls ended.
   */
  async broadcast<A extends readonly unknown[], R>(
    work: Task<A, R>,
    args: A,
  ): Promise<Settled<Awaited<R>>[]> {
    this.#check(work, args, {})
    await this.start()
    const refusal = refuseStreamTask(this.name, work) ?? this.#refusal(work)
    if (refusal) throw refusal
    const calls = this.#fleet.seats.map((seat) => {
      const call = new Call(this.name, work, {})
      if (!call.isSettled) this.#calls.perform(call, args, this.#route(seat))
      return call.promise as Promise<Awaited<R>>
    })
    return await settled(calls)
  }

  /** The locks that the tasks of this pool see, for whoever made it. @param namespace put before each name. */
  locks(namespace?: string): Locks {
    return locksOver(
      (this as unknown as Record<symbol, LockRoute>)[lockRoute] as LockRoute,
      namespace,
    )
  }

  /** How it is: its load, its workers, and the tasks that have run, with their times. Asking changes nothing. */
  async stats(): Promise<PoolStats> {
    const workers = await Promise.all(
      this.#fleet.places.map((place) => statsOf(place, this.#settings)),
    )
    return {
      name: this.name,
      state: this.state,
      load: this.load,
      uptimeMs: performance.now() - this.#madeAt,
      idleMs: this.#coordinator.isIdle ? this.#statistics.idleMs : 0,
      sessions: this.#server?.sessions ?? 0,
      modules: [...this.tasks.keys()],
      locks: this.#locks.size,
      workers: workers.filter((one) => one !== undefined),
      tasks: this.#statistics.tasks,
    }
  }

  /**
   * Starts the workers, and waits until there is room for one more call.
   *
   * @returns rejects as `start()` does, and with `signal.reason`.
   */
  async ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    await this.start(options)
    this.#keepAlive.hold()
    try {
      await this.#untilRoom(signal)
    } finally {
      this.#keepAlive.letGo()
    }
  }

  /**
   * Refuses new calls, finishes the accepted ones and what they call (`pending: 'run'`) or cancels them (`'reject'`, or
   * after `timeoutMs`), and ends the workers. Resolves when the last process is gone; bodies that ignore their cancel
   * cost their worker after `graceMs`.
   */
  close(options?: CloseOptions): Promise<void> {
    const closed = this.#lifecycle.close(options)
    this.#room.check()
    return closed
  }

  /** `close`, with what was accepted given `shutdownTimeoutMs` to finish. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ timeoutMs: this.#settings.shutdownTimeoutMs })
  }

  get #slots(): number {
    return this.#settings.breadth * this.#settings.concurrency
  }

  /** Calls that wait for more than the slots that are free, or would be once all workers are ready. */
  get #queued(): number {
    const { running, waiting } = this.#coordinator
    return waiting - Math.max(this.#slots - running, 0)
  }

  get #isFull(): boolean {
    return this.#queued >= this.#settings.queueLimit
  }

  get #hasRoom(): boolean {
    return this.#settings.queueLimit === Number.POSITIVE_INFINITY ? this.#queued < 0 : !this.#isFull
  }

  #check(work: unknown, args: unknown, options: SubmitOptions): void {
    assertNotImporting('A WorkerPool was used')
    checkWork(work)
    checkArguments(args)
    checkSubmitOptions(options)
  }

  #refusal(work: unknown): Error | undefined {
    if (!this.#lifecycle.isOpen) return this.#lifecycle.closedError()
    const refusal = refuseClosure(this.name, work) ?? refuseHomeless(this.name, work)
    return refusal ?? this.#stateRefusal() ?? this.#fullRefusal()
  }

  #stateRefusal(): Error | undefined {
    if (!this.#lifecycle.isOpen) return this.#lifecycle.closedError()
    if (this.#fleet.failure) return this.#fleet.failure
    return this.#fleet.state === 'idle' ? this.#depthRefusal() : undefined
  }

  #depthRefusal(): Error | undefined {
    const { maxPoolDepth } = this.#settings
    if (this.#depth <= maxPoolDepth) return undefined
    return new PoolDepthError(
      `Executor '${this.name}' would be a pool inside of ${this.#depth - 1} others; maxPoolDepth is ${maxPoolDepth}.`,
      { executor: this.name },
    )
  }

  #fullRefusal(): Error | undefined {
    if (!this.#isFull) return undefined
    const { queueLimit } = this.#settings
    return new QueueFullError(
      `Executor '${this.name}' has ${queueLimit} calls waiting, its queueLimit.`,
      { executor: this.name },
    )
  }

  #acceptStream(work: unknown, options: SubmitOptions): Call {
    const refusal = this.#refusal(work)
    if (refusal) {
      endNow(options)
      throw refusal
    }
    const call = new Call(this.name, work, options)
    this.#calls.add(call)
    return call
  }

  /** @throws {PoolDepthError} */
  #begin(): void {
    const refusal = this.#stateRefusal()
    if (refusal) throw refusal
    this.#fleet.start()
  }

  /** Once, when the workers are ready. */
  async #listen(): Promise<void> {
    const { serving } = this.#settings
    if (serving === undefined) return
    this.#listening ??= serve(this, serving)
    this.#server = await this.#listening
  }

  async #untilRoom(signal?: AbortSignal): Promise<void> {
    const isOver = (): boolean => !this.#lifecycle.isOpen || this.#fleet.failure !== undefined
    await this.#room.until(() => isOver() || this.#hasRoom, signal)
    if (!this.#lifecycle.isOpen) throw this.#lifecycle.closedError()
    if (this.#fleet.failure) throw this.#fleet.failure
  }

  /** @param seat the only worker for what goes this way. */
  #route(seat?: Seat): CallRoute {
    const coordinator = this.#coordinator
    return {
      send: (request, owner) => {
        this.#fleet.start()
        return coordinator.accept(request, owner, undefined, seat)
      },
    }
  }

  #asEntranceHost(): EntranceHost {
    const pool = this
    return {
      name: this.name,
      coordinator: this.#coordinator,
      keepAlive: this.#keepAlive,
      get tasks() {
        return pool.tasks
      },
      get isOpen() {
        return pool.#fleet.state === 'open'
      },
      refusal: () => this.#stateRefusal() ?? this.#fullRefusal(),
      start: () => this.#fleet.start(),
    }
  }

  #asHome(): WorkerHome {
    const pool = this
    return {
      settings: this.#settings,
      coordinator: this.#coordinator,
      metas: new TaskMetaWriter(),
      locks: this.#locks,
      poolId: this.id,
      name: this.name,
      maxSuspended: this.#settings.maxSuspended,
      get isFull() {
        return pool.#isFull
      },
      get isDraining() {
        return !pool.#lifecycle.isOpen
      },
      bootOf: (worker) => this.#bootOf(worker),
      room: () => this.#untilRoom(),
      ready: (worker) => this.#fleet.ready(worker),
      settled: (worker) => this.#fleet.settled(worker),
      overweight: (worker) => this.#fleet.replace(worker),
      left: (worker) => this.#fleet.left(worker),
      lost: (worker, _begun, loss) => this.#fleet.lost(worker, loss),
    }
  }

  #bootOf(worker: number): Boot {
    const { name, modules, concurrency, queueLimit, maxPayloadBytes, maxSuspended } = this.#settings
    const { prefetch, graceMs, cancel, maxRssBytes } = this.#settings
    return {
      protocol: protocolName,
      pool: name,
      poolId: this.id,
      worker,
      depth: this.#depth,
      ...(this.authkey && { authkey: this.authkey }),
      modules,
      concurrency,
      slots: this.#slots,
      queueLimit: queueLimit === Number.POSITIVE_INFINITY ? null : queueLimit,
      maxPayloadBytes,
      maxSuspended,
      maxRssBytes: maxRssBytes === Number.POSITIVE_INFINITY ? null : maxRssBytes,
      prefetch,
      graceMs,
      cancel,
    }
  }

  #settled(call: PoolCall, ending: Ending): void {
    this.#statistics.settled(call, ending)
    if (this.#locks.size > 0) this.#locks.ownerGone(`${this.id}-${call.id}`)
  }

  #changed(): void {
    this.#lifecycle?.check()
    this.#room.check()
  }

  /** What goes on though it was cancelled ends with its process. */
  #endBusyLater(): void {
    const { graceMs } = this.#settings
    const timer = new Timer(graceMs, () =>
      this.#fleet.condemnBusy(`it was ended as its work went on ${graceMs} ms after its cancel.`),
    )
    timer.hold(false)
  }

  async #release(): Promise<void> {
    this.#keepAlive.hold()
    await this.#listening?.then(
      (server) => server.close({ pending: 'reject' }),
      () => {},
    )
    await this.#fleet.close()
    this.#keepAlive.end()
  }
}
