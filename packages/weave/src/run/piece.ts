import { InvalidOptionError } from '@conc/core'
import { Cancellation } from '@conc/core/internal'
import { withOwnInputs } from '../named/weave-task.js'
import { isMapped } from '../plan/graph.js'
import { BodyContext } from './body-context.js'
import type { Dependencies } from './dependencies.js'
import type { Host } from './host.js'
import type { Route } from './route.js'

/** One task or one item, with all that its body is called with. */
export class Piece {
  readonly host: Host
  readonly route: Route
  readonly deps: Dependencies
  /** Of an item. */
  readonly index: number | undefined
  readonly #item: unknown

  constructor(host: Host, route: Route, deps: Dependencies, item?: unknown, index?: number) {
    this.host = host
    this.route = route
    this.deps = deps
    this.index = index
    this.#item = item
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

  context(number: number, cancellation: Cancellation): BodyContext {
    const { task, executor } = this.route
    const { name = 'inline' } = executor ?? {}
    const facts = { number, executor: name, cancellation, deadline: this.deadline() }
    return new BodyContext(this.host, task, this.index, facts)
  }

  /** Epoch ms that an attempt which begins now ends by. */
  deadline(): number | undefined {
    const { timeoutMs } = this.route
    const { deadline } = this.host
    if (timeoutMs === undefined) return deadline
    return Math.min(Date.now() + timeoutMs, deadline ?? Number.POSITIVE_INFINITY)
  }

  /** What tells the bodies of one attempt to stop: follows the run's. */
  attemptCancellation(): { cancellation: Cancellation; untie: () => void } {
    const run = this.host.cancellation
    const cancellation = new Cancellation()
    const dependent = { cancelled: (reason: unknown) => void cancellation.cancel(reason) }
    run.add(dependent)
    return { cancellation, untie: () => run.remove(dependent) }
  }

  #madeArguments(make: (...args: unknown[]) => readonly unknown[]): unknown[] {
    const args: unknown = make(...this.#own(), this.deps)
    if (Array.isArray(args)) return args
    throw new InvalidOptionError('args', 'a function that returns an array', args)
  }

  /** The item, in mapped tasks. */
  #own(): unknown[] {
    const flags = this.host.graph.flags[this.route.task] as number
    return flags & isMapped ? [this.#item] : []
  }
}
