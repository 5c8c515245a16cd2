import { type Executor, TaskCancelledError } from '@conc/core'
import { type Cancellation, type Frame, inFrame, Line, type RunningTask } from '@conc/core/internal'
import type { AnyBody } from '../builder/steps.js'
import { checkDepth, type MergeArguments, mergeGraph } from '../merge/merge-arguments.js'
import type { Graph } from '../plan/graph.js'
import type { Places } from '../plan/places.js'
import { checkGraph, GraphPlan, type Plan } from '../plan/plan.js'
import { Observer } from '../seeing/observer.js'
import type { Alarms } from './alarms.js'
import type { Around } from './around.js'
import { beganWithoutContext, endedWithoutContext, isWorthContext } from './async-context.js'
import { Gate, type Hold } from './gate.js'
import type { Host } from './host.js'
import { inputsOf } from './inputs.js'
import { type Launcher, TaskLauncher } from './launcher.js'
import { fulfilled, Ledger, leftOut, running, skipped, waiting } from './ledger.js'
import { type Ending, Life } from './life.js'
import { Room } from './room.js'
import type { AnyRunOptions } from './run-options.js'
import type { Selection } from './selection.js'
import { EagerStarter, GateStarter, PriorityStarter, type Starter } from './starter.js'
import { type Surroundings, surroundings } from './surroundings.js'
import { SyncLauncher } from './sync-launcher.js'

export interface RunInit {
  readonly graph: Graph
  readonly inputs: Readonly<Record<string, unknown>>
  readonly options: AnyRunOptions
  /** What the run is about, where that is not everything. */
  readonly selection?: Selection | undefined
  /** Default: those of the graph. */
  readonly bodies?: readonly AnyBody[] | undefined
  /** It is part of this body, which called `merge`. */
  readonly part?: Around | undefined
  /** It is a merge, perhaps in a task that no weave runs. */
  readonly isMerge?: boolean
  /** Everything is done before the constructor returns. */
  readonly isSync?: boolean
}

/** One run of one graph: counts what tasks wait for, starts those that wait for nothing, and records how they end. */
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
  readonly #options: AnyRunOptions
  readonly #around: Surroundings
  readonly #part: Around | undefined
  readonly #isSync: boolean
  readonly #selection: Selection | undefined
  readonly #life: Life
  readonly #launcher: Launcher
  readonly #starter: Starter
  readonly #waits: Int32Array
  readonly #room = new Room()
  readonly #beganAt: number
  /** Ms since the run began, as of the last look. */
  #now = 0
  /** A body has run since. */
  #isLate = false
  #left: number
  #hasNoContext = false

  /** @throws {MissingInputError} @throws {UnknownExecutorError} */
  constructor(init: RunInit) {
    const { graph, inputs, options, bodies = graph.bodies, part, isSync = false } = init
    const { executors = {}, signal, drain = false } = options
    this.graph = graph
    this.bodies = bodies
    this.#options = options
    this.#around = surroundings(options, part)
    this.#part = part
    this.#isSync = isSync
    this.#selection = init.selection
    this.ledger = new Ledger(graph, inputsOf(graph, inputs, this.#selection))
    this.maxPending = options.maxPending ?? Number.POSITIVE_INFINITY
    this.isIndependent = options.onError === 'finish-independent'
    this.depth = (this.#around.around?.host.depth ?? 0) + (init.isMerge ? 1 : 0)
    this.executors = executors
    this.places = { executor: this.executor, executors, isRun: true }
    this.plan = new GraphPlan(graph, this.places, this.#selection?.isWanted)
    this.#life = new Life({
      signal,
      drain,
      deadline: this.deadline,
      parents: this.#around.parents,
      closed: (ending, reason) => this.#closed(ending, reason),
      over: (ending) => this.#over(ending),
    })
    this.observer = part ? part.host.observer?.part(this.ledger) : Observer.of(this.ledger, options)
    this.gate = this.#makeGate()
    this.#launcher = isSync
      ? new SyncLauncher(this, (error) => this.#life.end({ kind: 'aborted', error }, error))
      : new TaskLauncher(this)
    this.#starter = this.#makeStarter()
    this.#waits = graph.waits.slice()
    this.#left = graph.count
    this.#beganAt = performance.now()
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
    return this.#isSync ? undefined : this.#around.executor
  }

  get deadline(): number | undefined {
    return this.#around.deadline
  }

  get parent(): Surroundings['parent'] {
    return this.#around.parent
  }

  get taskAround(): RunningTask | undefined {
    return this.#around.taskAround
  }

  fulfilled(task: number, value: unknown): void {
    if (!this.isLive) return
    const { ledger } = this
    this.#stamp()
    ledger.status[task] = fulfilled
    ledger.values[task] = value
    ledger.endedAt[task] = this.#now
    this.observer?.end(task, undefined, this.#runMs(task), value)
    this.#startNext(task)
    this.#settled()
  }

  rejected(task: number, error: unknown): void {
    if (!this.isLive) return
    const { ledger } = this
    this.#stamp()
    ledger.fail(task, error)
    ledger.endedAt[task] = this.#now
    this.observer?.error(task, undefined, this.#runMs(task), error)
    if (this.isIndependent) {
      this.#skipAfter(task)
      this.#settled()
      return
    }
    ledger.stoppedBy = task
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
    return await merged(given, around.context?.name, around)
  }

  #begin(): void {
    this.#life.begin()
    if (!this.isLive) return
    if (this.#isSync) {
      this.#start()
      return
    }
    const frame = this.#frame()
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
    this.#stamp()
    if (this.#selection) this.#select(this.#selection)
    const { status } = this.ledger
    for (let task = 0; task < this.graph.count; task++) {
      if (this.#waits[task] === 0 && status[task] === waiting) this.#ready(task)
    }
    if (this.#left === 0) this.#life.end({ kind: 'fulfilled' })
    else this.#starter.pump()
  }

  /** Strikes out what does not run. */
  #select({ given, isWanted }: Selection): void {
    const { ledger, graph } = this
    ledger.given = given
    for (let task = 0; task < graph.count; task++) {
      // Opaque tasks rely on one another's waiting: a given one keeps its place and is done when its turn comes.
      const isThere = given.has(task) && !(graph.opaque.has(task) && graph.opaque.size > 1)
      if (isWanted[task] && !isThere) continue
      this.#left--
      ledger.status[task] = isThere ? fulfilled : leftOut
      if (!isThere) continue
      ledger.values[task] = given.get(task)
      for (const other of dependents(graph, task)) {
        this.#waits[other] = (this.#waits[other] as number) - 1
      }
    }
  }

  #settled(): void {
    if (--this.#left > 0) this.#starter.pump()
    else this.#endWhole()
  }

  #endWhole(): void {
    const { errors, error } = this.ledger
    this.#life.end(errors.size === 0 ? { kind: 'fulfilled' } : { kind: 'failed', error })
  }

  #startNext(task: number): void {
    const { next, nextStart } = this.graph
    const { status } = this.ledger
    const waits = this.#waits
    const end = nextStart[task + 1] as number
    for (let place = nextStart[task] as number; place < end; place++) {
      const other = next[place] as number
      const left = (waits[other] as number) - 1
      waits[other] = left
      if (left === 0 && status[other] === waiting) this.#ready(other)
    }
  }

  /** What waits for a failed task does not start; the rest goes on. */
  #skipAfter(failed: number): void {
    const { ledger, graph } = this
    const tasks = [failed]
    for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
      for (const other of dependents(graph, task)) {
        if (ledger.status[other] !== waiting) continue
        ledger.status[other] = skipped
        ledger.causes.set(other, failed)
        this.observer?.skip(other, failed)
        this.#left--
        tasks.push(other)
      }
    }
  }

  #ready(task: number): void {
    this.ledger.readyAt[task] = this.#now
    this.observer?.ready(task)
    this.#starter.add(task)
  }

  #launch(task: number, hold: Hold | undefined): void {
    if (!this.isLive) {
      hold?.end()
      return
    }
    const { ledger } = this
    // One look at the clock serves all that starts before the next body has run.
    if (this.#isLate) this.#stamp()
    ledger.status[task] = running
    ledger.startedAt[task] = this.#now
    if (ledger.given.has(task)) {
      hold?.end()
      this.fulfilled(task, ledger.given.get(task))
      return
    }
    this.#launcher.launch(task, hold)
    if (ledger.status[task] === running) this.#isLate = true
  }

  #closed(ending: Ending, reason: unknown): void {
    this.#stamp()
    this.gate?.close()
    if (ending.kind === 'fulfilled') return
    this.ledger.close(this.#now, ending.error, reason)
    this.observer?.stopped(this.ledger)
    this.#launcher.stop()
  }

  #over(ending: Ending): void {
    if (this.#hasNoContext) endedWithoutContext()
    if (this.#part) return
    this.observer?.finish(statusOf(ending), ending.kind === 'fulfilled' ? undefined : ending.error)
  }

  #makeGate(): Gate | undefined {
    const { concurrency = Number.POSITIVE_INFINITY } = this.#options
    const { slots } = this.#around
    if (this.#isSync) return undefined
    if (concurrency === Number.POSITIVE_INFINITY && slots.length === 0) return undefined
    const own = concurrency === Number.POSITIVE_INFINITY ? undefined : new Line(concurrency)
    return new Gate(own, slots)
  }

  #makeStarter(): Starter {
    const launch = (task: number, hold: Hold | undefined): void => this.#launch(task, hold)
    if (this.gate) return new GateStarter(this.graph, this.gate, launch)
    if (this.graph.hasPriorities) return new PriorityStarter(this.graph, launch)
    return new EagerStarter(this.graph.count, launch)
  }

  /** What bodies find around them; `undefined` where that would cost too much. */
  #frame(): Frame | undefined {
    const { executor, deadline, cancellation } = this
    const { slots, parents } = this.#around
    const isPlain = !executor && deadline === undefined && parents.length === 0
    if (isPlain && !hasOptions(this.#options) && !isWorthContext(this.ledger)) return undefined
    const context = this.#part?.context
    const weave: Around = { host: this, context, executor, cancellation, deadline, slots }
    return { weave, ...(executor && { executor }), ...(deadline !== undefined && { deadline }) }
  }

  #runMs(task: number): number {
    return this.#now - (this.ledger.startedAt[task] as number)
  }

  #stamp(): void {
    this.#now = performance.now() - this.#beganAt
    this.#isLate = false
  }
}

/**
 * Runs a merge, as a run of one task that is part of the body around it.
 *
 * @param task the task that it is part of, where that is known.
 */
export async function merged(
  given: MergeArguments,
  task: string | undefined,
  part: Around | undefined,
): Promise<unknown> {
  checkDepth((part?.host.depth ?? 0) + 1)
  const graph = mergeGraph(given, task)
  const options = { executors: part?.host.executors ?? {} }
  checkGraph(graph, options)
  const run = new WeaveRun({ graph, inputs: {}, options, part, isMerge: true })
  const ending = await run.ended
  if (ending.kind === 'fulfilled') return run.ledger.values[0]
  throw ending.error
}

function dependents({ next, nextStart }: Graph, task: number): Int32Array {
  return next.subarray(nextStart[task], nextStart[task + 1])
}

function hasOptions(options: AnyRunOptions): boolean {
  for (const _name in options) return true
  return false
}

function statusOf({ kind }: Ending): 'fulfilled' | 'rejected' | 'cancelled' {
  if (kind === 'failed') return 'rejected'
  return kind === 'aborted' ? 'cancelled' : 'fulfilled'
}
