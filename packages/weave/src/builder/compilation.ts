import { bodiesOf, type ClassPlan } from '../classes/class-plan.js'
import type { Inputs } from '../named/lineage.js'
import { compile } from '../plan/compile.js'
import type { Graph } from '../plan/graph.js'
import { checkGraph, GraphPlan, type Plan, type PlanOptions } from '../plan/plan.js'
import { checkSync } from '../plan/sync-check.js'
import { WeaveRun } from '../run/run.js'
import type { RunInit } from '../run/run-init.js'
import type { AnyRunOptions } from '../run/run-options.js'
import { type Selection, selectionOf } from '../run/selection.js'
import type { Step } from './steps.js'

interface Compiled {
  readonly graph: Graph
  readonly plan: Plan
}

export interface RunArguments {
  readonly inputs: Inputs
  readonly options: AnyRunOptions
  readonly noticed?: RunInit['noticed']
}

/** What the steps of a builder come to, worked out once, when it is asked for. */
export class Compilation {
  readonly #last: Step | undefined
  #compiled: Compiled | undefined
  /** Of the class template, while nothing uses it. */
  #spareInstance: object | undefined

  constructor(last: Step | undefined) {
    this.#last = last
  }

  /** @throws {WeavePlanError} */
  get graph(): Graph {
    return this.#compile().graph
  }

  /** The plan of everything. @throws {WeavePlanError} */
  get plan(): Plan {
    return this.#compile().plan
  }

  /** `undefined` for a weave that cannot be planned. */
  get soundGraph(): Graph | undefined {
    try {
      return this.graph
    } catch {
      return undefined
    }
  }

  /** @throws {WeavePlanError} @throws {UnsupportedWorkError} @throws {InvalidOptionError} */
  planFor(options: PlanOptions): Plan {
    const { graph, plan } = this.#compile()
    this.#spareInstance = undefined
    const { executor, executors, only } = options
    const selection = only && selectionOf(graph, only)
    checkGraph(graph, options, selection)
    if (executor === undefined && executors === undefined && only === undefined) return plan
    return new GraphPlan(graph, { executor, executors, isRun: false }, selection?.isWanted)
  }

  /** @throws {WeavePlanError} @throws {MissingInputError} @throws {WeaveAsyncError} */
  begin({ inputs, options, noticed }: RunArguments, isSync = false): WeaveRun {
    const { graph } = this
    const { executors = {}, only, given } = options
    const selection: Selection | undefined =
      only || given ? selectionOf(graph, only, given) : undefined
    checkGraph(graph, { ...options, executors }, selection)
    if (isSync) checkSync(graph, selection)
    const { classPlan } = graph
    const bodies = classPlan && bodiesOf(graph, classPlan, this.#takeInstance(classPlan))
    return new WeaveRun({ graph, inputs, options, selection, isSync, bodies, noticed })
  }

  /** A run has an instance of its own: the one that it was planned with, where no plan was asked for before. */
  #takeInstance({ template }: ClassPlan): object {
    const instance = this.#spareInstance ?? new template()
    this.#spareInstance = undefined
    return instance
  }

  #compile(): Compiled {
    if (this.#compiled === undefined) {
      const graph = compile(this.#last)
      this.#compiled = { graph, plan: new GraphPlan(graph, { isRun: false }) }
      this.#spareInstance = graph.classPlan?.instance
    }
    return this.#compiled
  }
}
