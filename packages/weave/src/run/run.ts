import { type Executor, TaskCancelledError, TaskTimeoutError } from '@conc/core'
import {
  type AbortListener,
  Cancellation,
  currentFrame,
  type Deferred,
  type Dependent,
  deferred,
  type Frame,
  inFrame,
  type Line,
  listenTo,
  stopListening,
} from '@conc/core/internal'
import type { Graph } from '../plan/graph.js'
import type { Places } from '../plan/places.js'
import { GraphPlan, type Plan } from '../plan/plan.js'
import { Observer } from '../seeing/observer.js'
import { Alarms } from './alarms.js'
import type { Host } from './host.js'
import { Launcher } from './launcher.js'
import { fulfilled, Ledger, rejected, running } from './ledger.js'
import { Room } from './room.js'
import type { RunOptions } from './run-options.js'
import { EagerStarter, LineStarter, type Starter } from './starter.js'
import { deadlineOf, inputsOf, runExecutor } from './surroundings.js'

/** How a run ended. */
export type Ending =
  | { readonly kind: 'fulfilled' }
  /** A task failed, or the run's time was over. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** The caller, or the task around the run, gave it up. */
  | { readonly kind: 'aborted'; readonly error: unknown }

/** One run of one graph: counts what tasks wait for, starts those that wait for nothing, and ends once. */
export class WeaveRun implements Host, AbortListener, Dependent {
  readonly graph: Graph
  readonly plan: Plan
  readonly ledger: Ledger
  readonly cancellation: Cancellation = new Cancellation()
  readonly alarms: Alarms = new Alarms()
  readonly observer: Observer | undefined
  readonly executor: Executor | undefined
  readonly executors: Readonly<Record<string, Executor>>
  readonly places: Places
  readonly deadline: number | undefined
  readonly parent: Frame['task']
  readonly #options: RunOptions
  readonly #starter: Starter
  readonly #waits: Int32Array
  readonly #room = new Room()
  readonly #launcher: Launcher
  readonly #ended: Deferred<Ending> = deferred()
  readonly #beganAt: number
  /** Ms since the run began, as of the last look. */
  #now = 0
  /** A body has run since. */
  #isLate = false
  #left: number
  #isLive = true

  /** @throws {MissingInputError} @throws {UnknownExecutorError} */
  constructor(graph: Graph, given: Readonly<Record<string, unknown>>, options: RunOptions) {
    const frame = currentFrame()
    this.graph = graph
    this.ledger = new Ledger(graph, inputsOf(graph, given))
    this.parent = frame?.task
    this.#options = options
    this.executors = options.executors ?? {}
    this.executor = runExecutor(options, frame)
    this.places = { executor: this.executor, executors: this.executors, isRun: true }
    this.plan = new GraphPlan(graph, this.places)
    this.deadline = deadlineOf(options, frame)
    this.observer = Observer.of(this.ledger, options)
    this.#launcher = new Launcher(this)
    this.#starter = this.#makeStarter()
    this.#waits = graph.waits.slice()
    this.#left = graph.count
    this.#beganAt = performance.now()
    this.observer?.plan(this.plan, this.parent?.id)
    this.#begin()
  }

  /** Resolves once, however the run ends. */
  get ended(): Promise<Ending> {
    return this.#ended.promise
  }

  get slots(): Line | undefined {
    return this.#starter.slots
  }

  get isLive(): boolean {
    return this.#isLive
  }

  fulfilled(task: number, value: unknown): void {
    if (!this.#isLive) return
    const { ledger } = this
    this.#stamp()
    ledger.status[task] = fulfilled
    ledger.values[task] = value
    ledger.endedAt[task] = this.#now
    this.observer?.end(task, undefined, this.#runMs(task), value)
    this.#startNext(task)
    if (--this.#left === 0) this.#end({ kind: 'fulfilled' }, undefined)
    else this.#starter.pump()
  }

  rejected(task: number, error: unknown): void {
    if (!this.#isLive) return
    const { ledger } = this
    this.#stamp()
    ledger.status[task] = rejected
    ledger.endedAt[task] = this.#now
    ledger.failed = task
    this.observer?.error(task, undefined, this.#runMs(task), error)
    const name = this.graph.names[task]
    const reason = new TaskCancelledError(`Task '${name}' failed, and the weave was stopped.`, {
      origin: 'sibling',
      cause: error,
    })
    this.#end({ kind: 'failed', error }, reason)
  }

  room(executor: Executor, signal: AbortSignal): Promise<void> {
    return this.#room.wait(executor, signal)
  }

  leave(): void {
    this.slots?.release()
  }

  /** The caller's signal aborted. */
  aborted(reason: unknown): void {
    this.#end({ kind: 'aborted', error: reason }, reason)
  }

  /** The task around the run was cancelled. */
  cancelled(cause: unknown): void {
    const error = new TaskCancelledError('The task that ran this weave was cancelled.', {
      origin: 'parent',
      cause,
    })
    this.#end({ kind: 'aborted', error }, error)
  }

  #begin(): void {
    const { signal } = this.#options
    if (signal?.aborted) {
      this.aborted(signal.reason)
      return
    }
    if (signal) listenTo(signal, this)
    this.parent?.cancellation.add(this)
    if (!this.#isLive) return
    if (this.deadline !== undefined) {
      this.alarms.set(this.deadline - Date.now(), () => this.#timeOut())
    }
    const frame = this.#frame()
    queueMicrotask(() => {
      if (frame) inFrame(frame, () => this.#start())
      else this.#start()
    })
  }

  #start(): void {
    if (!this.#isLive) return
    this.#stamp()
    if (this.#left === 0) this.#end({ kind: 'fulfilled' }, undefined)
    for (let task = 0; task < this.graph.count; task++) {
      if (this.#waits[task] === 0) this.#ready(task)
    }
    this.#starter.pump()
  }

  #startNext(task: number): void {
    const { next, nextStart } = this.graph
    const waits = this.#waits
    const end = nextStart[task + 1] as number
    for (let place = nextStart[task] as number; place < end; place++) {
      const other = next[place] as number
      const left = (waits[other] as number) - 1
      waits[other] = left
      if (left === 0) this.#ready(other)
    }
  }

  #ready(task: number): void {
    this.ledger.readyAt[task] = this.#now
    this.observer?.ready(task)
    this.#starter.add(task)
  }

  #launch(task: number): void {
    if (!this.#isLive) {
      this.leave()
      return
    }
    const { ledger } = this
    // One look at the clock serves all that starts before the next body has run.
    if (this.#isLate) this.#stamp()
    ledger.status[task] = running
    ledger.startedAt[task] = this.#now
    this.#launcher.launch(task)
    if (ledger.status[task] === running) this.#isLate = true
  }

  #timeOut(): void {
    const error = new TaskTimeoutError('The weave ran out of time.', { phase: 'running' })
    this.#end({ kind: 'failed', error }, error)
  }

  #end(ending: Ending, reason: unknown): void {
    if (!this.#isLive) return
    this.#isLive = false
    this.#stamp()
    const { signal } = this.#options
    if (signal) stopListening(signal, this)
    this.parent?.cancellation.remove(this)
    this.alarms.clear()
    if (ending.kind === 'fulfilled') this.cancellation.end()
    else this.#stop(ending.error, reason)
    this.observer?.finish(statusOf(ending), ending.kind === 'fulfilled' ? undefined : ending.error)
    this.#ended.resolve(ending)
  }

  #stop(error: unknown, reason: unknown): void {
    this.ledger.error = error
    this.ledger.close(this.#now, reason)
    this.observer?.stopped(this.ledger)
    this.#launcher.stop()
    this.cancellation.cancel(reason)
  }

  #makeStarter(): Starter {
    const { concurrency = Number.POSITIVE_INFINITY } = this.#options
    const launch = (task: number): void => this.#launch(task)
    if (concurrency === Number.POSITIVE_INFINITY && !this.graph.hasPriorities) {
      return new EagerStarter(this.graph.count, launch)
    }
    return new LineStarter(this.graph, concurrency, launch)
  }

  /** What bodies find around them; only where there is something, because an async context has a price per promise. */
  #frame(): Frame | undefined {
    const frame: Frame = {
      ...(this.executor && { executor: this.executor }),
      ...(this.deadline !== undefined && { deadline: this.deadline }),
    }
    return frame.executor || frame.deadline ? frame : undefined
  }

  #runMs(task: number): number {
    return this.#now - (this.ledger.startedAt[task] as number)
  }

  #stamp(): void {
    this.#now = performance.now() - this.#beganAt
    this.#isLate = false
  }
}

function statusOf({ kind }: Ending): 'fulfilled' | 'rejected' | 'cancelled' {
  if (kind === 'failed') return 'rejected'
  return kind === 'aborted' ? 'cancelled' : 'fulfilled'
}
