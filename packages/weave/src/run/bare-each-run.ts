import type { AnyBody } from '../builder/steps.js'
import { WeavePendingLimitError } from '../errors.js'
import { flatten, fold } from '../helpers/lists.js'
import { callItem } from './bare-body.js'
import { type Dependencies, dependenciesOf } from './dependencies.js'
import type { Host } from './host.js'
import type { SyncItems } from './items.js'
import type { MappedRun } from './mapped-run.js'
import { isThenable, promiseOf } from './thenable.js'

/** `Promise.all` of V8 never ends with more than about two million. */
const mostAtOnce = 100_000

/**
 * The run of a mapped task whose items all start at once, each as a plain call. Their promises are waited for together:
 * one by one, each would cost another promise. Which items had finished is found out where not all of them do.
 */
export class BareEachRun implements MappedRun {
  results: unknown[] = []
  readonly durations = undefined
  readonly #host: Host
  readonly #task: number
  readonly #items: SyncItems
  readonly #body: AnyBody
  readonly #deps: Dependencies
  /** By position: the value, or the promise of it. */
  #made: unknown[] = []
  #hasPromises = false
  #state: 'starting' | 'waiting' | 'over' = 'starting'

  constructor(host: Host, task: number, items: SyncItems) {
    this.#host = host
    this.#task = task
    this.#items = items
    this.#body = host.bodies[task] as AnyBody
    this.#deps = dependenciesOf(host.ledger, task)
  }

  get count(): number {
    return this.#made.length
  }

  start(): void {
    // To the run, the bodies of the items are one: they began together, and it waits for the last of them.
    this.#host.bodyBegan()
    try {
      while (this.#state === 'starting' && this.#items.advance()) this.#startItem()
    } catch (error) {
      this.#fail(error)
    }
    if (this.#state === 'starting') this.#wait()
    else this.#part()
  }

  stop(): void {
    if (this.#state === 'over') return
    // A body that stops its own run is still to return.
    const hasAll = this.#state === 'waiting'
    this.#state = 'over'
    this.#items.close()
    if (hasAll) this.#part()
  }

  #startItem(): void {
    const index = this.#made.length
    if (index >= this.#host.maxPending) {
      throw new WeavePendingLimitError(this.#name, this.#host.maxPending)
    }
    const made = callItem(
      this.#host,
      this.#task,
      index,
      this.#body,
      this.#items.current,
      this.#deps,
    )
    const isLater = isThenable(made)
    if (isLater) this.#hasPromises = true
    this.#made.push(isLater ? promiseOf(made) : made)
  }

  #wait(): void {
    this.#state = 'waiting'
    if (this.#hasPromises) all(this.#made).then(this.#fulfilled, this.#fail)
    else this.#fulfilled(this.#made)
  }

  readonly #fulfilled = (values: unknown[]): void => {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#made = values
    this.results = values
    this.#host.fulfilled(this.#task, values)
    this.#host.bodyEnded()
  }

  readonly #fail = (error: unknown): void => {
    if (this.#state === 'over') return
    this.stop()
    this.#host.rejected(this.#task, error)
  }

  /** Keeps what has finished by now, before anybody hears how the run ended, and waits for the other bodies. */
  #part(): void {
    const results: unknown[] = new Array(this.#made.length)
    let isOver = false
    const keep = (value: unknown, index: number): void => {
      if (!isOver) results[index] = value
    }
    const ends = this.#made.map((made, index) =>
      made instanceof Promise
        ? made.then(
            (value) => keep(value, index),
            () => {},
          )
        : keep(made, index),
    )
    queueMicrotask(() => {
      isOver = true
    })
    this.results = results
    void all(ends).then(() => this.#host.bodyEnded())
  }

  get #name(): string {
    return this.#host.graph.names[this.#task] as string
  }
}

function all(promises: readonly unknown[]): Promise<unknown[]> {
  if (promises.length <= mostAtOnce) return Promise.all(promises)
  const parts = fold(promises, mostAtOnce).map((part) => Promise.all(part))
  return Promise.all(parts).then(flatten)
}
