import { TaskTimeoutError } from '@conc/core'
import { mayRepeat } from '@conc/core/internal'
import { WeaveAsyncError, WeavePendingLimitError } from '../errors.js'
import { isMapped } from '../plan/graph.js'
import { type Dependencies, dependenciesOf } from './dependencies.js'
import type { Host } from './host.js'
import type { SyncItems } from './items.js'
import { itemsOfTask } from './items-of-task.js'
import type { Launcher } from './launcher.js'
import { Piece } from './piece.js'
import { routeOf } from './route.js'
import { isThenable, promiseOf } from './thenable.js'

/** Runs tasks to their end before it returns, one after the other. */
export class SyncLauncher implements Launcher {
  readonly #host: Host
  readonly #refuse: (error: WeaveAsyncError) => void

  /** @param refuse called with what cannot be done without waiting; the run is over then. */
  constructor(host: Host, refuse: (error: WeaveAsyncError) => void) {
    this.#host = host
    this.#refuse = refuse
  }

  launch(task: number): void {
    const host = this.#host
    const deps = dependenciesOf(host.ledger, task)
    try {
      const isEach = ((host.graph.flags[task] as number) & isMapped) !== 0
      const value = isEach ? this.#map(task, deps) : this.#value(task, deps, undefined)
      host.fulfilled(task, value)
    } catch (error) {
      host.rejected(task, error)
    }
  }

  stop(): void {}

  #map(task: number, deps: Dependencies): unknown[] {
    const { ledger, observer, maxPending } = this.#host
    const name = this.#name(task)
    observer?.start(task, undefined, 1, 'here', deps)
    const items = itemsOfTask(this.#host, task)
    const results: unknown[] = []
    const durations: number[] | undefined = observer && []
    if (items.isAsync) this.#refuse(new WeaveAsyncError(name, 'maps over an async source'))
    else {
      ledger.items.set(task, {
        results,
        durations,
        get count() {
          return results.length
        },
      })
      if ((items.count ?? 0) > maxPending) throw new WeavePendingLimitError(name, maxPending)
      this.#each(task, deps, items, results, durations)
    }
    return results
  }

  #each(
    task: number,
    deps: Dependencies,
    items: SyncItems,
    results: unknown[],
    durations: number[] | undefined,
  ): void {
    const { observer, maxPending } = this.#host
    try {
      while (this.#host.isLive && items.advance()) {
        const index = results.length
        if (index >= maxPending) throw new WeavePendingLimitError(this.#name(task), maxPending)
        const startedAt = performance.now()
        try {
          results.push(this.#value(task, deps, { item: items.current, index }))
        } catch (error) {
          observer?.error(task, index, performance.now() - startedAt, error)
          throw error
        }
        const ms = performance.now() - startedAt
        durations?.push(ms)
        observer?.end(task, index, ms, results[index])
      }
    } finally {
      items.close()
    }
  }

  /** With its attempts. */
  #value(
    task: number,
    deps: Dependencies,
    item: { readonly item: unknown; readonly index: number } | undefined,
  ): unknown {
    const { cancellation, observer, ledger } = this.#host
    const route = routeOf(this.#host, task)
    const facts = item && { ...item, cancellation, pace: undefined }
    const piece = new Piece(this.#host, route, deps, facts)
    const rules = { retry: route.retry, cancellation, mayRunTwice: true, blame: bodies }
    for (let number = 1; ; number++) {
      if (number > (ledger.attempts.get(task) ?? 1)) ledger.attempts.set(task, number)
      observer?.start(task, item?.index, number, 'here', deps)
      try {
        return this.#attempt(piece, number)
      } catch (error) {
        if (!mayRepeat(error, number, rules)) throw error
        observer?.retry(task, item?.index, number, error, 0)
      }
    }
  }

  #attempt(piece: Piece, number: number): unknown {
    const { timeoutMs } = piece.route
    const startedAt = performance.now()
    const made = piece.invoke(piece.context(number, piece.cancellation, undefined))
    if (isThenable(made)) {
      // Nobody will look at it any more.
      promiseOf(made).catch(() => {})
      this.#refuse(new WeaveAsyncError(piece.taskName, 'returned a promise'))
      return undefined
    }
    if (timeoutMs !== undefined && performance.now() - startedAt > timeoutMs) {
      throw timedOut(piece.taskName, timeoutMs, number)
    }
    return made
  }

  #name(task: number): string {
    return this.#host.graph.names[task] as string
  }
}

const bodies = (): 'body' => 'body'

function timedOut(task: string, timeoutMs: number, attempt: number): TaskTimeoutError {
  return new TaskTimeoutError(`Task '${task}' timed out after ${timeoutMs} ms.`, {
    phase: 'running',
    task,
    executor: 'inline',
    attempt,
  })
}
