import { type InspectOptions, inspect } from 'node:util'
import type { Executor } from '@conc/core'
import { checkBoolean, checkKeys, checkObject } from '@conc/core/internal'
import { checkExecutorOption, checkNames } from '../builder/option-checks.js'
import { OpaqueTaskError } from '../errors.js'
import type { Timings } from '../result/timings.js'
import { checkExecutors } from '../run/run-options.js'
import { runs, type Selection } from '../run/selection.js'
import { criticalPath } from './critical-path.js'
import { inspectPlan, toDot, toMermaid, toText } from './drawing.js'
import { checkExecutorsOf } from './executors.js'
import { fingerprint } from './fingerprint.js'
import type { Graph } from './graph.js'
import type { Places } from './places.js'
import { dependencyNames, type PlannedTask, plannedTask } from './planned-task.js'
import { tiersOf } from './tiers.js'

/** A plan as plain data. */
export interface PlanJSON {
  readonly version: 1
  readonly fingerprint: string
  readonly inputs: readonly string[]
  readonly tasks: readonly (PlannedTask & {
    readonly name: string
    readonly dependencies: readonly string[]
  })[]
}

/** What would run, in which order and why. Everything is made when it is read. */
export interface Plan<K extends string = string> {
  /** In definition order. */
  readonly order: readonly K[]
  /** Names that are inputs. */
  readonly inputs: readonly string[]
  readonly tasks: { readonly [N in K]: PlannedTask }
  /** What each task waits for: tasks and inputs. */
  readonly dependencies: { readonly [N in K]: readonly string[] }
  /** The tasks that wait for each task. */
  readonly dependents: { readonly [N in K]: readonly K[] }
  /** What could run together. Information only: a task starts when its own dependencies are done. */
  readonly tiers: readonly (readonly K[])[]
  /** The tasks whose parameter could not be read. */
  readonly opaque: readonly K[]
  /** Changes when a name, an edge or the source of a mapped task changes: compare source and bundle. */
  readonly fingerprint: string
  /** The longest chain: by count, or by time with the timings of a run. */
  criticalPath(timings?: Partial<Timings<K>>): readonly K[]
  toMermaid(): string
  toDot(): string
  /** One line per task. */
  toString(): string
  toJSON(): PlanJSON
}

/** Options of `plan`. */
export interface PlanOptions {
  /** A task whose parameter cannot be read is an error. Default false. */
  readonly strict?: boolean
  /** As in `run`: where tasks run that name no executor. */
  readonly executor?: Executor | string
  /** As in `run`; names of executors are checked where these are given. */
  readonly executors?: Readonly<Record<string, Executor>>
  /** As in `run`: only these tasks and what they need. */
  readonly only?: readonly string[]
}

/** @throws {InvalidOptionError} */
export function checkPlanOptions(options: unknown): asserts options is PlanOptions {
  checkObject('options', options)
  checkKeys('options', options, ['strict', 'executor', 'executors', 'only'])
  const { strict, executor, executors, only } = options as PlanOptions
  checkBoolean('strict', strict)
  checkExecutorOption(executor)
  checkExecutors(executors)
  if (only !== undefined) checkNames('only', only)
}

/** What depends on the options of a run or a plan. @throws {WeavePlanError} @throws {UnsupportedWorkError} */
export function checkGraph(
  graph: Graph,
  { strict, executor, executors }: PlanOptions,
  selection?: Selection,
): void {
  if (strict ?? graph.defaults?.strict) {
    for (const [task, reason] of graph.opaque) {
      if (runs(selection, task)) throw new OpaqueTaskError(graph.names[task] as string, reason)
    }
  }
  const sent = graph.sent.filter((task) => runs(selection, task))
  checkExecutorsOf(graph, sent, executor, executors)
}

/** The plan of a graph, worked out where it is read. */
export class GraphPlan implements Plan {
  static {
    Object.defineProperty(GraphPlan.prototype, inspect.custom, {
      value(this: GraphPlan, depth: number, options: InspectOptions): string {
        return inspectPlan(this, depth, options)
      },
    })
  }
  readonly #graph: Graph
  readonly #places: Places
  readonly #isWanted: Uint8Array | undefined
  readonly #made = new Map<string, unknown>()

  /** @param isWanted per task, whether the plan is about it; default all. */
  constructor(graph: Graph, places: Places, isWanted?: Uint8Array) {
    this.#graph = graph
    this.#places = places
    this.#isWanted = isWanted
    Object.freeze(this)
  }

  get order(): readonly string[] {
    return this.#once('order', () =>
      Object.freeze(this.#graph.names.filter((_, task) => this.#isListed(task))),
    )
  }

  get inputs(): readonly string[] {
    return this.#once('inputs', () => Object.freeze([...this.#graph.inputNames]))
  }

  get tasks(): Readonly<Record<string, PlannedTask>> {
    return this.#once('tasks', () =>
      this.#record((task) => plannedTask(this.#graph, task, this.#places)),
    )
  }

  get dependencies(): Readonly<Record<string, readonly string[]>> {
    return this.#once('dependencies', () => this.#dependencies())
  }

  get dependents(): Readonly<Record<string, readonly string[]>> {
    return this.#once('dependents', () => this.#dependents())
  }

  get tiers(): readonly (readonly string[])[] {
    return this.#once('tiers', () => tiersOf(this))
  }

  get opaque(): readonly string[] {
    return this.#once('opaque', () => {
      const tasks = [...this.#graph.opaque.keys()].filter((task) => this.#isListed(task))
      return Object.freeze(tasks.map((task) => this.#name(task)))
    })
  }

  get fingerprint(): string {
    return this.#once('fingerprint', () => fingerprint(this))
  }

  criticalPath(timings?: Partial<Timings>): readonly string[] {
    return criticalPath(this, timings ? (name) => timings[name]?.runMs ?? 0 : () => 1)
  }

  toMermaid(): string {
    return toMermaid(this)
  }

  toDot(): string {
    return toDot(this)
  }

  toString(): string {
    return toText(this)
  }

  toJSON(): PlanJSON {
    const { tasks, dependencies } = this
    return {
      version: 1,
      fingerprint: this.fingerprint,
      inputs: this.inputs,
      tasks: this.order.map((name) => ({
        name,
        ...(tasks[name] as PlannedTask),
        dependencies: dependencies[name] as readonly string[],
      })),
    }
  }

  #dependencies(): Readonly<Record<string, readonly string[]>> {
    return this.#record((task) => {
      const names = dependencyNames(this.#graph, task)
      return Object.freeze(this.#isWanted ? names.filter((name) => this.#isThere(name)) : names)
    })
  }

  #dependents(): Readonly<Record<string, readonly string[]>> {
    const lists = new Map<string, string[]>(this.order.map((name) => [name, []]))
    for (const name of this.order) {
      for (const needed of this.dependencies[name] ?? []) lists.get(needed)?.push(name)
    }
    return this.#record((task) => Object.freeze(lists.get(this.#name(task)) ?? []))
  }

  /** What was asked for once is kept. */
  #once<T>(what: string, make: () => T): T {
    if (!this.#made.has(what)) this.#made.set(what, make())
    return this.#made.get(what) as T
  }

  #record<T>(of: (task: number) => T): Readonly<Record<string, T>> {
    const record: Record<string, T> = Object.create(null)
    for (let task = 0; task < this.#graph.count; task++) {
      if (this.#isListed(task)) record[this.#name(task)] = of(task)
    }
    return Object.freeze(record)
  }

  #isListed(task: number): boolean {
    return this.#isWanted === undefined || this.#isWanted[task] === 1
  }

  /** Inputs are always there. */
  #isThere(name: string): boolean {
    const task = this.#graph.numbers.get(name)
    return task === undefined || this.#isListed(task)
  }

  #name(task: number): string {
    return this.#graph.names[task] as string
  }
}
