import type {
  Capabilities,
  CloseOptions,
  Load,
  Settled,
  StreamWork,
  SubmitOptions,
  Task,
  Work,
} from '@conc/core'
import {
  assertNotImporting,
  Call,
  checkWaitOptions,
  Intake,
  OwnedStream,
  refuseClosure,
  refuseHomeless,
  refuseStreamTask,
  reportsEnd,
} from '@conc/core/internal'
import { callRoute } from '../calls/call-route.js'
import type { DuplexExecutor } from '../duplex-executor.js'
import { LocalLockRoute } from '../locks/local-route.js'
import { type LockRoute, lockRoute } from '../locks/lock-route.js'
import type { Locks } from '../locks/locks.js'
import { locksOver } from '../locks/locks-over.js'
import { poolLog } from '../logs/pool-log.js'
import type { PoolStats } from '../pool-stats.js'
import type { PoolServer } from '../server/pool-server.js'
import { settled } from './calls/broadcast.js'
import { Entrance } from './calls/entrance.js'
import type { WorkerPoolOptions } from './options/pool-options.js'
import { poolSettings } from './options/pool-settings.js'
import { capabilitiesOf } from './pool-capabilities.js'
import { PoolEngine } from './pool-engine.js'
import { allStats } from './told/worker-stats.js'

/**
 * Runs declared tasks on child processes of this one. The first submit, `start()` or `ready()` starts them; they hold
 * the process only while there is work, and end with it.
 *
 * @example
 * await using pool = new WorkerPool({ breadth: 4, concurrency: 1 })
 * await withExecutor(pool, () => Promise.all(paths.map((path) => resize(path, 640))))
 */
export class WorkerPool implements DuplexExecutor {
  readonly name: string
  readonly id: string
  readonly capabilities: Capabilities
  readonly #engine: PoolEngine
  readonly #intake: Intake
  readonly #locks: LockRoute
  readonly #madeAt = performance.now()

  /**
   * @throws {InvalidOptionError} an option outside its range.
   * @throws {ConcError} `CONC_WHILE_IMPORTING`: a worker is importing the module that does this.
   */
  constructor(options: WorkerPoolOptions = {}) {
    assertNotImporting('A WorkerPool was made')
    const engine = new PoolEngine(poolSettings(options))
    this.#engine = engine
    this.name = engine.name
    this.id = engine.poolId
    this.capabilities = capabilitiesOf(engine.settings)
    this.#locks = new LocalLockRoute(engine.locks, this.name)
    this.#intake = new Intake({
      name: this.name,
      kind: 'A WorkerPool',
      work: engine.calls,
      refuse: (work) => this.#refusal(work),
      suspends: true,
    })
    Object.defineProperties(this, {
      [reportsEnd]: { value: true },
      [lockRoute]: { value: this.#locks },
      [poolLog]: { value: engine.log },
      [callRoute]: { value: new Entrance(engine) },
    })
  }

  /** How busy it is: `concurrency` is `breadth * concurrency`; a body that waits for its own calls is not running. */
  get load(): Load {
    const { coordinator, settings } = this.#engine
    const { running, waiting } = coordinator
    const concurrency = settings.breadth * settings.concurrency
    return { concurrency, running, waiting, queueLimit: settings.queueLimit }
  }

  /** Where it is in its life; `'failed'`: its workers cannot start or die too often, and it takes no work. */
  get state(): 'idle' | 'starting' | 'open' | 'draining' | 'closed' | 'failed' {
    const { lifecycle, fleet } = this.#engine
    return lifecycle.state === 'open' ? fleet.state : lifecycle.state
  }

  /** Where it listens, once it has started; only with `port`. */
  get server(): PoolServer | undefined {
    return this.#engine.port?.server
  }

  /** What sessions have to prove; only with `port`. */
  get authkey(): Uint8Array | undefined {
    return this.#engine.settings.serving?.authkey
  }

  /** The tasks that its workers have loaded, with their versions. */
  get tasks(): ReadonlyMap<string, string | undefined> {
    return this.#engine.tasks
  }

  /**
   * Starts the workers and waits until `quorum` of them are ready.
   *
   * @returns rejects with a `PoolStartError` that has what each worker said, or with `signal.reason`.
   */
  start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.#start(options.signal)
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
    return this.#intake.submit(work, args, options)
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
    return this.#intake.stream(work, args, options)
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
    this.#intake.check(work, args, options)
    const accept = (): Call => this.#intake.accept(work, options)
    return new OwnedStream<Y, R, S>(this.#engine.calls.duplex<Y, R, S>(args, accept))
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
    this.#intake.check(work, args, {})
    await this.start()
    const refusal = refuseStreamTask(this.name, work) ?? this.#refusal(work)
    if (refusal) throw refusal
    const { fleet, calls } = this.#engine
    const results = fleet.seats.map((seat) => {
      const call = new Call(this.name, work, {})
      const result = call.isSettled
        ? call.promise
        : calls.perform(call, args, this.#engine.route(seat))
      return result as Promise<Awaited<R>>
    })
    return await settled(results)
  }

  /** The locks that the tasks of this pool see, for whoever made it. @param namespace put before each name. */
  locks(namespace?: string): Locks {
    return locksOver(this.#locks, namespace)
  }

  /** How it is: its load, its workers, and the tasks that have run, with their times. Asking changes nothing. */
  async stats(): Promise<PoolStats> {
    const { fleet, coordinator, statistics, locks, settings } = this.#engine
    return {
      name: this.name,
      state: this.state,
      load: this.load,
      uptimeMs: performance.now() - this.#madeAt,
      idleMs: coordinator.isIdle ? statistics.idleMs : 0,
      sessions: this.server?.sessions ?? 0,
      modules: [...this.tasks.keys()],
      locks: locks.size,
      workers: this.state === 'closed' ? [] : await allStats(fleet, settings),
      tasks: statistics.tasks,
    }
  }

  /**
   * Starts the workers, and waits until there is room for one more call.
   *
   * @returns rejects as `start()` does, and with `signal.reason`.
   */
  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return this.#untilRoom(options.signal)
  }

  /**
   * Refuses new calls, finishes the accepted ones and what they call (`pending: 'run'`) or cancels them (`'reject'`, or
   * after `timeoutMs`), and ends the workers. Resolves when the last process is gone; bodies that ignore their cancel
   * cost their worker after `graceMs`.
   */
  close(options?: CloseOptions): Promise<void> {
    const closed = this.#engine.close(options)
    this.#intake.drainStreams()
    return closed
  }

  /** `close`, with what was accepted given `shutdownTimeoutMs` to finish. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ timeoutMs: this.#engine.settings.shutdownTimeoutMs })
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const { lifecycle, admission, fleet, keepAlive } = this.#engine
    const refusal = admission.stateRefusal()
    if (refusal) throw refusal
    this.#engine.start()
    keepAlive.hold()
    try {
      await fleet.started(signal)
      // Closed meanwhile: nobody would stop listening again.
      if (lifecycle.isOpen) await this.#engine.port?.listen(this)
    } finally {
      keepAlive.letGo()
    }
    if (!lifecycle.isOpen) throw lifecycle.closedError()
  }

  async #untilRoom(signal: AbortSignal | undefined): Promise<void> {
    await this.#start(signal)
    const { admission, keepAlive } = this.#engine
    keepAlive.hold()
    try {
      await admission.untilRoom(signal)
    } finally {
      keepAlive.letGo()
    }
  }

  #refusal(work: unknown): Error | undefined {
    const { lifecycle, admission } = this.#engine
    if (!lifecycle.isOpen) return lifecycle.closedError()
    const refusal = refuseClosure(this.name, work) ?? refuseHomeless(this.name, work)
    return refusal ?? admission.refusal()
  }
}
