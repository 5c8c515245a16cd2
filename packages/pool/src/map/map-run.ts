import type { AsyncResource } from 'node:async_hooks'
import {
  type Borrower,
  currentFrame,
  type Deferred,
  deferred,
  isTraced,
  type Job,
  JobCall,
  type Member,
  type Roster,
  type Slot,
} from '@conc/core/internal'
import type { Reader, ValueReader } from '../results.js'
import type { Feed, PoolState } from '../state/pool-state.js'
import type { Batch } from '../tasks/batch.js'
import { ItemLane } from './item-lane.js'
import type { ItemSource } from './item-source.js'
import { type Collector, MapItem } from './map-item.js'
import { PlainLane } from './plain-lane.js'
import { siblingFailed } from './sibling-failed.js'

export interface MapInit {
  readonly batch: Batch
  readonly signal: AbortSignal | undefined
  /** Makes what the promise gives of each settled item. */
  readonly read: Reader
  /** The same of the value of a fulfilled one, where it needs no handle. */
  readonly readValue: ValueReader | undefined
  /** The first failure ends the call. */
  readonly failsFast: boolean
}

/**
 * One call of `map`: it has one place in line while there are items to start. A slot that comes to the place starts
 * one item, and goes on to the next as long as nobody else waits.
 */
export abstract class MapRun implements Borrower, Collector, Feed, ItemSource {
  list: Roster | undefined = undefined
  next: Member | undefined = undefined
  prev: Member | undefined = undefined
  protected readonly batch: Batch
  protected readonly state: PoolState
  protected results: unknown[] = []
  /** Items pulled so far. */
  pulled = 0
  #open = 0
  readonly #scope: AsyncResource
  readonly #slot: Slot | undefined
  readonly #read: Reader
  readonly #failsFast: boolean
  readonly #call: JobCall
  /** Whether each item needs a call of its own. */
  protected readonly tiesItems: boolean
  readonly #readValue: ValueReader | undefined
  #failure: { readonly error: unknown } | undefined
  readonly #settlement: Deferred<unknown[]> = deferred<unknown[]>()
  #isSettled = false

  constructor(init: MapInit) {
    const state = init.batch.board
    this.batch = init.batch
    this.state = state
    this.#scope = state.scope()
    const frame = currentFrame()
    this.#slot = frame?.slots?.find((slot) => slot.line === state.line)
    this.tiesItems =
      init.batch.needsCall || frame?.task !== undefined || frame?.deadline !== undefined
    this.#read = init.read
    this.#readValue = this.tiesItems || !isPlain(init.batch) ? undefined : init.readValue
    this.#failsFast = init.failsFast
    this.#call = new JobCall(state.name, undefined, init.signal ? { signal: init.signal } : {})
  }

  /** Whether an item can be started, given a slot. */
  protected abstract get isReady(): boolean
  /** Whether the source gives nothing more. */
  protected abstract get isOver(): boolean
  abstract advance(): boolean
  abstract get item(): unknown
  /** Nothing more is wanted of the source. */
  protected abstract closeSource(): void
  /** Starts reading. */
  protected abstract open(): void
  abstract get ahead(): MapItem | undefined

  /** An item has been started, and its function entered. */
  started(): void {
    this.standInLine()
  }

  /** Runs everything. To be called once. */
  run(): Promise<unknown[]> {
    const { state } = this
    state.maps++
    state.feeds.add(this)
    const stopped = this.#call.isSettled ? this.#call.cancellation : state.stopped
    if (stopped) this.interrupt(stopped.reason)
    else {
      this.#call.attach({ interrupt: (reason) => this.#interruptAll(reason) })
      this.open()
    }
    return this.#settlement.promise
  }

  enter(): void {
    this.#scope.runInAsyncScope(this.serve, this)
  }

  borrow(giveBack: () => void): void {
    this.#scope.runInAsyncScope(this.serve, this, giveBack)
  }

  /** With a slot in hand, in the caller's context. @param giveBack where the slot is a borrowed one */
  protected serve(giveBack?: () => void): void {
    const isPlain = this.#readValue !== undefined && giveBack === undefined && !isTraced()
    const lane = isPlain
      ? new PlainLane(this, this.batch)
      : new ItemLane(this, this.state, giveBack)
    void lane.serve()
  }

  /** The next item as a task, with a slot in hand; `undefined`: there was none after all. */
  take(): MapItem | undefined {
    while (this.advance()) {
      const item = this.makeItem(this.item)
      if (!item.isDone) return item
    }
    return undefined
  }

  /** A plain item begins. */
  countOpen(): number {
    this.#open++
    return this.pulled++
  }

  /** A plain item has fulfilled. */
  give(index: number, value: unknown): void {
    if (!this.#isSettled) this.results[index] = this.#readValue?.(value)
    if (--this.#open === 0) this.finishIfOver()
  }

  collect(item: MapItem): void {
    if (!this.#isSettled) this.#store(item)
    this.#open--
    this.finishIfOver()
  }

  end(): void {
    this.closeSource()
    this.standInLine()
    this.finishIfOver()
  }

  interrupt(reason: unknown): void {
    this.#isSettled = true
    this.#settlement.reject(reason)
    // First, so that nothing is pulled in place of the item ahead.
    this.closeSource()
    this.ahead?.interrupt(reason)
    this.end()
  }

  /** The source threw: what has started finishes, then the call rejects. */
  protected sourceFailed(error: unknown): void {
    this.#failure ??= { error }
    this.end()
  }

  /** An item has left the source. It may be settled already, its time being over. */
  protected makeItem(input: unknown): MapItem {
    this.#open++
    const item = new MapItem(this.batch, input, this.pulled++, this)
    if (this.tiesItems) this.state.tie(item)
    if (this.#slot) item.repeatsOn(this.#slot)
    return item
  }

  /** Has the place in line while there is something to start, behind those who came before this moment. */
  protected standInLine(): void {
    const { line } = this.state
    const isBehindAll = this.list !== undefined && this.next === undefined
    if (isBehindAll && this.isReady) return
    line.leave(this)
    if (!this.isReady) return
    line.join(this)
    this.#slot?.lendTo(this)
  }

  finishIfOver(): void {
    if (this.#open > 0 || !this.isOver || !this.state.feeds.delete(this)) return
    const { results } = this
    this.#call.resolve()
    this.state.maps--
    results.length = this.pulled
    if (this.#failure) this.#settlement.reject(this.#failure.error)
    else this.#settlement.resolve(results)
    this.state.check()
  }

  #store(item: MapItem): void {
    if (this.#failsFast && item.status !== 'fulfilled') {
      this.#failFast(item.outcome)
      return
    }
    try {
      this.results[item.index] = this.#read(item)
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #failFast(error: unknown): void {
    if (this.#failure) return
    this.#failure = { error }
    const reason = siblingFailed(this.state.name, error)
    this.end()
    for (const item of this.#items()) item.abort(reason(item.hasBegun))
  }

  #interruptAll(reason: unknown): void {
    this.interrupt(reason)
    for (const item of this.#items()) item.interrupt(reason)
  }

  #items(): Job[] {
    const { jobs } = this.state
    const own = jobs.filter((job) => job instanceof MapItem && job.belongsTo(this))
    return this.ahead ? [...own, this.ahead] : own
  }
}

/** Whether nothing but their function concerns the items: they can be entered without being tasks. */
function isPlain(batch: Batch): boolean {
  return batch.callback === undefined && batch.board.guard === undefined
}
