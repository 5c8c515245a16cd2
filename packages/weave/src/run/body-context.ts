import type { Executor } from '@conc/core'
import { type Cancellation, newCallId, type RunningTask, type Slot } from '@conc/core/internal'
import { mergeArguments } from '../merge/merge-arguments.js'
import type { Merge } from '../merge/merge-type.js'
import { optionsOf } from '../plan/graph.js'
import type { Around } from './around.js'
import type { Hold } from './gate.js'
import type { Host } from './host.js'
import type { WeaveContext } from './weave-context.js'

/** What is particular to one attempt; a first attempt here without limits has nothing. */
export interface AttemptFacts {
  readonly number: number
  /** `undefined`: the body is called right here. */
  readonly executor: Executor | undefined
  readonly cancellation: Cancellation
  readonly deadline: number | undefined
  readonly hold: Hold | undefined
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})
const noSlots: readonly Slot[] = Object.freeze([])

/** One per body: everything but the fields is made when it is read. */
export class BodyContext implements WeaveContext {
  readonly index: number | undefined
  readonly #host: Host
  readonly #task: number
  readonly #facts: AttemptFacts | undefined
  /** Its id, or whose id it has. */
  #identity: string | RunningTask | undefined

  constructor(host: Host, task: number, index?: number, facts?: AttemptFacts) {
    this.#host = host
    this.#task = task
    this.index = index
    this.#facts = facts
  }

  /** What those see of the body that are nested in it. */
  static around(context: BodyContext): Around {
    const host = context.#host
    const facts = context.#facts
    const { cancellation, deadline, executor } = facts ?? host
    return { host, context, executor, cancellation, deadline, slots: facts?.hold?.slots ?? noSlots }
  }

  /** What `currentTask()` gives in the body: both are the same call. */
  static runsAs(context: BodyContext, task: RunningTask | undefined): void {
    context.#identity = task
  }

  get id(): string {
    this.#identity ??= newCallId()
    return typeof this.#identity === 'string' ? this.#identity : this.#identity.id
  }

  get name(): string {
    return this.#host.graph.names[this.#task] as string
  }

  get attempt(): number {
    return this.#facts?.number ?? 1
  }

  get signal(): AbortSignal {
    return (this.#facts ?? this.#host).cancellation.signal
  }

  get deadline(): number | undefined {
    return (this.#facts ?? this.#host).deadline
  }

  get parentId(): string | undefined {
    return this.#host.parent?.id
  }

  get executor(): string {
    return this.#facts?.executor?.name ?? 'inline'
  }

  get headers(): Readonly<Record<string, string>> {
    const { headers } = optionsOf(this.#host.graph, this.#task)
    const inherited = this.#host.parent?.headers
    return headers || inherited ? Object.freeze({ ...inherited, ...headers }) : noHeaders
  }

  get inputs(): Readonly<Record<string, unknown>> {
    return this.#host.ledger.inputs
  }

  get merge(): Merge {
    const merge = (...args: unknown[]): Promise<unknown> =>
      this.#host.merge(BodyContext.around(this), mergeArguments(args))
    return merge as Merge
  }

  get progress(): (data: unknown) => void {
    return (data) => {
      if (this.#host.isLive) this.#host.observer?.progress(this.#task, this.index, data)
    }
  }
}
