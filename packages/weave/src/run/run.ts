import { type Executor, TaskCancelledError } from '@conc/core'
import { type Cancellation, inFrame, type RunningTask } from '@conc/core/internal'
import type { AnyBody } from '../builder/steps.js'
import type { MergeArguments } from '../merge/merge-arguments.js'
import { merged } from '../merge/merged.js'
import type { Graph } from '../plan/graph.js'
import type { Places } from '../plan/places.js'
import { GraphPlan, type Plan } from '../plan/plan.js'
import { Observer } from '../seeing/observer.js'
import type { Alarms } from './alarms.js'
import type { Around } from './around.js'
import { beganWithoutContext, endedWithoutContext } from './async-context.js'
import { Chronicle } from './chronicle.js'
import { Countdown } from './countdown.js'
import { type Gate, gateOf, type Hold } from './gate.js'
import type { Host } from './host.js'
import { inputsOf } from './inputs.js'
import { type Launcher, TaskLauncher } from './launcher.js'
import { Ledger } from './ledger.js'
import { type Ending, Life, statusOf } from './life.js'
import { Room } from './room.js'
import { frameOf } from './run-frame.js'
import type { RunInit } from './run-init.js'
import { type Starter, starterOf } from './starter.js'
import { type Surroundings, surroundings } from './surroundings.js'
import { SyncLauncher } from './sync-launcher.js'

/** One run of one graph: starts what waits for nothing more, records how it ends, and ends once. */
export class WeaveRun implements Host {
  readonly graph: Graph
  readonly bodies: readonly AnyBody[]
  readonly plan: Plan
  readonly ledger: Ledger
  readonly observer: Observer | undefined
  readonly gate: Gate | undefined
  readonly executors: Readonly<Record<string, Executor>>
  readonly places: Places
  readonly maxPending: number
  readonly isIndependent: boolean
  readonly depth: number
  readonly #init: RunInit
  readonly #around: Surroundings
  readonly #life: Life
  readonly #countdown: Countdown
  readonly #launcher: Launcher
  readonly #starter: Starter
  readonly #chronicle: Chronicle
  readonly #room = new Room()
  #hasNoContext = false

  /** @throws {MissingInputError} @throws {UnknownExecutorError} */
  constructor(init: RunInit) {
    const { graph, inputs, options, selection, part, isSync = false } = init
    this.#init = init
    this.#around = surroundings(options, part)
    this.graph = graph
    this.bodies = init.bodies ?? graph.bodies
    this.ledger = new Ledger(graph, inputsOf(graph, inputs, selection))
    this.maxPending = options.maxPending ?? Number.POSITIVE_INFINITY
    this.isIndependent = options.onError === 'finish-independent'
    this.depth = (this.#around.around?.host.depth ?? 0) + (init.isMerge ? 1 : 0)
    this.executors = options.executors ?? {}
    this.places = { executor: this.executor, executors: this.executors, isRun: true }
    this.plan = new GraphPlan(graph, this.places, selection?.isWanted)
    this.#life = this.#makeLife()
    this.observer = part ? part.host.observer?.part(this.ledger) : Observer.of(this.ledger, options)
    this.#chronicle = new Chronicle(this.ledger, this.observer, init.noticed)
    this.gate = isSync ? undefined : gateOf(options.concurrency, this.#around.slots)
    this.#launcher = isSync ? this.#makeSyncLauncher() : new TaskLauncher(this)
    this.#starter = starterOf(graph, this.gate, (task, hold) => this.#launch(task, hold))
    this.#countdown = new Countdown(this.ledger, (task) => this.#ready(task))
    if (!part) this.observer?.plan(this.plan, this.parent?.id)
    this.#begin()
  }

  /** Resolves once, however the run ends. */
  get ended(): Promise<Ending> {
    return this.#life.ended
  }

  /** How it ended, where it has. */
  get ending(): Ending | undefined {
    return this.#life.ending
  }

  get cancellation(): Cancellation {
    return this.#life.cancellation
  }

  get alarms(): Alarms {
    return this.#life.alarms
  }

  get isLive(): boolean {
    return this.#life.isLive
  }

  get executor(): Executor | undefined {
    return this.#init.isSync ? undefined : this.#around.executor
  }

  get deadline(): number | undefined {
    return this.#around.deadline
  }

  get isNoticed(): boolean {
    return this.#init.noticed !== undefined
  }

  get parent(): Surroundings['parent'] {
    return this.#around.parent
  }

  get taskAround(): RunningTask | undefined {
    return this.#around.taskAround
  }

  fulfilled(task: number, value: unknown): void {
    if (!this.isLive) return
    this.#chronicle.fulfilled(task, value)
    this.#countdown.ended(task, true)
    this.#goOn()
  }

  rejected(task: number, error: unknown): void {
    if (!this.isLive) return
    this.#chronicle.rejected(task, error)
    if (this.isIndependent) {
      this.#countdown.ended(task, false)
      this.#countdown.skipAfter(task, this.observer)
      this.#goOn()
      return
    }
    this.ledger.stoppedBy = task
    const name = this.graph.names[task]
    const message = `Task '${name}' failed, and the weave was stopped.`
    const reason = new TaskCancelledError(message, { origin: 'sibling', cause: error })
    this.#life.end({ kind: 'failed', error }, reason)
  }

  room(executor: Executor, signal: AbortSignal): Promise<void> {
    return this.#room.wait(executor, signal)
  }

  bodyBegan(): void {
    this.#life.bodyBegan()
  }

  bodyEnded(): void {
    this.#life.bodyEnded()
  }

  async merge(around: Around, given: MergeArguments): Promise<unknown> {
    return await merged(given, around.context?.name, around, (init) => new WeaveRun(init))
  }

  #begin(): void {
    this.#life.begin()
    if (!this.isLive) return
    if (this.#init.isSync) {
      this.#start()
      return
    }
    const frame = frameOf(this, this.#init, this.#around)
    if (frame === undefined) {
      this.#hasNoContext = true
      beganWithoutContext()
    }
    queueMicrotask(() => {
      if (frame) inFrame(frame, () => this.#start())
      else this.#start()
    })
  }

  #start(): void {
    if (!this.isLive) return
    this.#chronicle.began()
    this.#countdown.begin(this.#init.selection)
    this.#goOn()
  }

  #goOn(): void {
    if (!this.#countdown.isOver) this.#starter.pump()
    else if (this.ledger.errors.size === 0) this.#life.end({ kind: 'fulfilled' })
    else this.#life.end({ kind: 'failed', error: this.ledger.error })
  }

  #ready(task: number): void {
    this.#chronicle.ready(task)
    this.#starter.add(task)
  }

  #launch(task: number, hold: Hold | undefined): void {
    if (!this.isLive) {
      hold?.end()
      return
    }
    const { given } = this.ledger
    this.#chronicle.starting(task)
    if (given.has(task)) {
      hold?.end()
      this.fulfilled(task, given.get(task))
      return
    }
    this.#chronicle.notice(task)
    this.#launcher.launch(task, hold)
    this.#chronicle.started(task)
  }

  #closed(ending: Ending, reason: unknown): void {
    this.gate?.close()
    if (ending.kind === 'fulfilled') return
    this.#chronicle.stopped(ending.error, reason)
    this.#launcher.stop()
  }

  #over(ending: Ending): void {
    if (this.#hasNoContext) endedWithoutContext()
    if (this.#init.part) return
    this.observer?.finish(statusOf(ending), ending.kind === 'fulfilled' ? undefined : ending.error)
  }

  #makeLife(): Life {
    const { signal, drain = false } = this.#init.options
    return new Life({
      signal,
      drain,
      deadline: this.deadline,
      parents: this.#around.parents,
      closed: (ending, reason) => this.#closed(ending, reason),
      over: (ending) => this.#over(ending),
    })
  }

  #makeSyncLauncher(): Launcher {
    return new SyncLauncher(this, (error) => this.#life.end({ kind: 'aborted', error }, error))
  }
}
