import { InvalidOptionError } from '@conc/core'
import type { Cancellation } from '@conc/core/internal'
import { withOwnInputs } from '../named/weave-task.js'
import { isMapped } from '../plan/graph.js'
import { BodyContext } from './body-context.js'
import type { Dependencies } from './dependencies.js'
import { following } from './following.js'
import type { Hold } from './gate.js'
import type { Host } from './host.js'
import type { Pace } from './pace.js'
import type { Route } from './route.js'

/** What an item has that a task has not. */
export interface ItemFacts {
  readonly item: unknown
  readonly index: number
  readonly cancellation: Cancellation
  readonly pace: Pace | undefined
}

/** One task or one item, with all that its body is called with. */
export class Piece {
  readonly host: Host
  readonly route: Route
  readonly deps: Dependencies
  /** Stops all attempts: the run's, or that of a mapped task whose run goes on without it. */
  readonly cancellation: Cancellation
  /** Of an item. */
  readonly index: number | undefined
  /** Between the starts of items. */
  readonly pace: Pace | undefined
  readonly #item: unknown

  constructor(host: Host, route: Route, deps: Dependencies, item?: ItemFacts) {
    this.host = host
    this.route = route
    this.deps = deps
    this.cancellation = item?.cancellation ?? host.cancellation
    this.index = item?.index
    this.pace = item?.pace
    this.#item = item?.item
  }

  get taskName(): string {
    return this.host.graph.names[this.route.task] as string
  }

  /** Calls the body here. */
  invoke(context: BodyContext): unknown {
    const { body, options } = this.route
    if (options.args) return body(...this.#madeArguments(options.args))
    return body(...this.#own(), this.deps, context)
  }

  /** What a declared task receives. */
  taskArguments(): unknown[] {
    const { body, options, takesDependencies } = this.route
    if (options.args) return this.#madeArguments(options.args)
    return withOwnInputs(body, takesDependencies ? [...this.#own(), this.deps] : this.#own())
  }

  idempotencyKey(): string | undefined {
    const { idempotencyKey } = this.route.options
    if (typeof idempotencyKey !== 'function') return idempotencyKey
    return idempotencyKey(...this.#own(), this.deps)
  }

  context(number: number, cancellation: Cancellation, hold: Hold | undefined): BodyContext {
    const { task, executor } = this.route
    const facts = { number, executor, cancellation, deadline: this.deadline(), hold }
    return new BodyContext(this.host, task, this.index, facts)
  }

  /** Epoch ms that an attempt which begins now ends by. */
  deadline(): number | undefined {
    const { timeoutMs } = this.route
    const { deadline } = this.host
    if (timeoutMs === undefined) return deadline
    return Math.min(Date.now() + timeoutMs, deadline ?? Number.POSITIVE_INFINITY)
  }

  /** What tells the bodies of one attempt to stop. */
  attemptCancellation(): { cancellation: Cancellation; untie: () => void } {
    return following(this.cancellation)
  }

  #madeArguments(make: (...args: unknown[]) => readonly unknown[]): unknown[] {
    const args: unknown = make(...this.#own(), this.deps)
    // What makes the arguments is the user's too, and may have given the run up.
    if (this.cancellation.isCancelled) throw this.cancellation.reason
    if (Array.isArray(args)) return args
    throw new InvalidOptionError('args', 'a function that returns an array', args)
  }

  /** The item, in mapped tasks. */
  #own(): unknown[] {
    const flags = this.host.graph.flags[this.route.task] as number
    return flags & isMapped ? [this.#item] : []
  }
}
