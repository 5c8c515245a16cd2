import type { AsyncResource } from 'node:async_hooks'
import { closeQuietly } from '@conc/core/internal'
import { isAsyncSource } from '../checks.js'
import { ClosableIterator } from '../map/closable-iterator.js'
import type { Feed, PoolState } from '../state/pool-state.js'
import type { Batch } from '../tasks/batch.js'
import { PoolJob } from '../tasks/pool-job.js'
import type { Watch } from './watch.js'

/** Pulls a source as its results are read: at most `buffer` items are running or unread. */
export class LazyFeed implements Feed {
  readonly ahead = undefined
  readonly #batch: Batch
  readonly #state: PoolState
  readonly #scope: AsyncResource
  readonly #watch: Watch
  readonly #buffer: number
  readonly #iterator: ClosableIterator<unknown> | AsyncIterator<unknown>
  /** Items pulled and not read. */
  #held = 0
  #isPulling = false
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  #interruption: { readonly reason: unknown } | undefined
  /** Not read yet, in input order. */
  readonly unread: PoolJob[] = []

  constructor(
    batch: Batch,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    init: { scope: AsyncResource; watch: Watch; buffer: number },
  ) {
    this.#batch = batch
    this.#state = batch.board
    this.#scope = init.scope
    this.#watch = init.watch
    this.#buffer = init.buffer
    this.#iterator = isAsyncSource(items)
      ? items[Symbol.asyncIterator]()
      : new ClosableIterator(items)
    this.#state.feeds.add(this)
    this.#watch.onFailure = () => this.end()
    const { stopped } = this.#state
    if (stopped) this.interrupt(stopped.reason)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** What the source threw, or why the pool takes no more; for when all that started is read. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure
  }

  /** Why the call ends now. */
  get interruption(): { readonly reason: unknown } | undefined {
    return this.#interruption
  }

  /** Pulls while there is room, in the context of the call. */
  pump(): void {
    const iterator = this.#iterator
    if (iterator instanceof ClosableIterator) {
      this.#scope.runInAsyncScope(this.#pumpSync, this, iterator)
    } else {
      void this.#scope.runInAsyncScope(this.#pumpAsync, this, iterator)
    }
  }

  /** `jobs` are read: there is room for as many. */
  read(jobs: readonly PoolJob[]): void {
    this.#held -= jobs.length
    for (const job of jobs) this.unread.splice(this.unread.indexOf(job), 1)
    this.pump()
  }

  end(): void {
    if (!this.#isOver) this.#close()
    this.#over()
  }

  interrupt(reason: unknown): void {
    this.#interruption ??= { reason }
    this.end()
  }

  #pumpSync(iterator: ClosableIterator<unknown>): void {
    while (this.#hasRoom) {
      try {
        this.#take(iterator.next())
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  async #pumpAsync(iterator: AsyncIterator<unknown>): Promise<void> {
    if (this.#isPulling) return
    this.#isPulling = true
    while (this.#hasRoom) {
      try {
        this.#take(await iterator.next())
      } catch (error) {
        this.#fail(error)
      }
    }
    this.#isPulling = false
  }

  get #hasRoom(): boolean {
    return !this.#isOver && this.#held < this.#buffer
  }

  #take(result: IteratorResult<unknown>): void {
    if (this.#isOver) return
    const refusal = this.#state.refusal(true)
    if (result.done) this.#over()
    else if (refusal) this.#refuse(refusal)
    else this.#start(result.value)
  }

  #start(item: unknown): void {
    const job = new PoolJob(this.#batch, item, this.#scope)
    this.#held++
    this.unread.push(job)
    this.#state.start(job, true)
    this.#watch.add(job)
    this.#watch.check()
  }

  /** The pool was closed meanwhile. */
  #refuse(refusal: Error): void {
    this.#failure ??= { error: refusal }
    this.end()
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.#failure ??= { error }
    this.#over()
  }

  #close(): void {
    const iterator = this.#iterator
    if (iterator instanceof ClosableIterator) iterator.close()
    else closeQuietly(() => iterator.return?.())
  }

  #over(): void {
    this.#isOver = true
    this.#state.feeds.delete(this)
    this.#watch.check()
  }
}
