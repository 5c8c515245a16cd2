import { type InspectOptions, inspect } from 'node:util'
import type { Executor } from '@conc/core'
import { checkKeys, checkObject } from '@conc/core/internal'
import { checkExecutorOption, checkFlag } from '../builder/option-checks.js'
import { OpaqueTaskError } from '../errors.js'
import type { Timings } from '../result/timings.js'
import { checkExecutors } from '../run/run-options.js'
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
}

/** @throws {InvalidOptionError} */
export function checkPlanOptions(options: unknown): asserts options is PlanOptions {
  checkObject('options', options)
  checkKeys('options', options, ['strict', 'executor', 'executors'])
  const { strict, executor, executors } = options as PlanOptions
  if (strict !== undefined) checkFlag('strict', strict)
  checkExecutorOption(executor)
  checkExecutors(executors)
}

/** What depends on the options of a run or a plan. @throws {WeavePlanError} @throws {UnsupportedWorkError} */
export function checkGraph(graph: Graph, { strict, executor, executors }: PlanOptions): void {
  const [first] = graph.opaque
  if (first && (strict ?? graph.defaults?.strict)) {
    throw new OpaqueTaskError(graph.names[first[0]] as string, first[1])
  }
  checkExecutorsOf(graph, executor, executors)
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
  #dependencies: Readonly<Record<string, readonly string[]>> | undefined
  #fingerprint: string | undefined

  constructor(graph: Graph, places: Places) {
    this.#graph = graph
    this.#places = places
    Object.freeze(this)
  }

  get order(): readonly string[] {
    return Object.freeze([...this.#graph.names])
  }

  get inputs(): readonly string[] {
    return Object.freeze([...this.#graph.inputNames])
  }

  get tasks(): Readonly<Record<string, PlannedTask>> {
    return this.#record((task) => plannedTask(this.#graph, task, this.#places))
  }

  get dependencies(): Readonly<Record<string, readonly string[]>> {
    this.#dependencies ??= this.#record((task) => Object.freeze(dependencyNames(this.#graph, task)))
    return this.#dependencies
  }

  get dependents(): Readonly<Record<string, readonly string[]>> {
    const lists = new Map<string, string[]>(this.#graph.names.map((name) => [name, []]))
    for (const name of this.#graph.names) {
      for (const needed of this.dependencies[name] ?? []) lists.get(needed)?.push(name)
    }
    return this.#record((task) => Object.freeze(lists.get(this.#graph.names[task] as string) ?? []))
  }

  get tiers(): readonly (readonly string[])[] {
    return tiersOf(this)
  }

  get opaque(): readonly string[] {
    return Object.freeze([...this.#graph.opaque.keys()].map((task) => this.#name(task)))
  }

  get fingerprint(): string {
    this.#fingerprint ??= fingerprint(this)
    return this.#fingerprint
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

  #record<T>(of: (task: number) => T): Readonly<Record<string, T>> {
    const record: Record<string, T> = Object.create(null)
    for (let task = 0; task < this.#graph.count; task++) record[this.#name(task)] = of(task)
    return Object.freeze(record)
  }

  #name(task: number): string {
    return this.#graph.names[task] as string
  }
}
