import { type Cancellation, newCallId } from '@conc/core/internal'
import { optionsOf } from '../plan/graph.js'
import type { Host } from './host.js'
import type { WeaveContext } from './weave-context.js'

/** What is particular to one attempt; a first attempt here without a time limit has nothing. */
export interface AttemptFacts {
  readonly number: number
  readonly executor: string
  readonly cancellation: Cancellation
  readonly deadline: number | undefined
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})

/** One per body: everything but the fields is made when it is read. */
export class BodyContext implements WeaveContext {
  readonly index: number | undefined
  readonly #host: Host
  readonly #task: number
  readonly #facts: AttemptFacts | undefined
  #id: string | undefined

  constructor(host: Host, task: number, index?: number, facts?: AttemptFacts) {
    this.#host = host
    this.#task = task
    this.index = index
    this.#facts = facts
  }

  get id(): string {
    this.#id ??= newCallId()
    return this.#id
  }

  get name(): string {
    return this.#host.graph.names[this.#task] as string
  }

  get attempt(): number {
    return this.#facts?.number ?? 1
  }

  get signal(): AbortSignal {
    return (this.#facts?.cancellation ?? this.#host.cancellation).signal
  }

  get deadline(): number | undefined {
    return this.#facts?.deadline ?? this.#host.deadline
  }

  get parentId(): string | undefined {
    return this.#host.parent?.id
  }

  get executor(): string {
    return this.#facts?.executor ?? 'inline'
  }

  get headers(): Readonly<Record<string, string>> {
    const { headers } = optionsOf(this.#host.graph, this.#task)
    const inherited = this.#host.parent?.headers
    return headers || inherited ? Object.freeze({ ...inherited, ...headers }) : noHeaders
  }

  get inputs(): Readonly<Record<string, unknown>> {
    return this.#host.ledger.inputs
  }

  progress(data: unknown): void {
    if (this.#host.isLive) this.#host.observer?.progress(this.#task, this.index, data)
  }
}
