import { isTraced } from '@conc/core/internal'
import type { Group } from './group.js'
import { JobLane } from './job-lane.js'
import type { LaneFeed } from './lane-feed.js'
import { PlainLane } from './plain-lane.js'
import { type ItemSource, noItem } from './source/item-source.js'
import { sourceOf } from './source/source-of.js'
import { Spawner } from './spawner.js'

/** Starts a task per item, at most `numConcurrent` of them at a time. */
export class MapSpawner extends Spawner implements LaneFeed {
  readonly #source: ItemSource
  readonly #numConcurrent: number
  #running = 0

  constructor(
    group: Group,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    numConcurrent: number,
  ) {
    super(group)
    this.#numConcurrent = numConcurrent
    this.#source = sourceOf(items, () => this.#arrived())
    this.board.numWaiting++
    this.standInLine()
  }

  /** With a slot in hand: the next item, which counts as running, or `noItem`. */
  take(): unknown {
    const item = this.#take()
    if (item === noItem || this.isDone) return noItem
    this.#running++
    return item
  }

  /** The function of an item was entered. */
  entered(): void {
    this.finishIfOver()
    if (!this.isReady) this.board.line.leave(this)
    this.standInLine()
  }

  /** Whether a slot may go on to another item, as if it had been given back and come again: nobody else waits for it. */
  get keepsSlots(): boolean {
    const { line } = this.board
    const isWanted = line.waiting > 0 && !line.isAlone(this)
    return !isWanted && line.running <= line.size && !this.isDone && this.#source.isReady
  }

  /** An item has ended, and its slot goes on to another one. */
  left(): void {
    this.#running--
  }

  override taskEnded(): void {
    this.#running--
    super.taskEnded()
  }

  /** A slot came and found nothing, or an item was entered. */
  finishIfOver(): void {
    if (this.#source.isOver) this.finish()
  }

  protected get isReady(): boolean {
    return this.#running < this.#numConcurrent && this.#source.isReady
  }

  protected get waiting(): number {
    return 1
  }

  protected step(): void {
    const { group } = this
    const call = isTraced() ? undefined : group.plainCall
    const lane = call ? new PlainLane(group, this, call) : new JobLane(group, this)
    void lane.serve()
  }

  protected close(): void {
    this.#source.close()
  }

  /** An async source has answered. */
  #arrived(): void {
    if (this.isDone) return
    if (this.#source.isReady) {
      this.standInLine()
      return
    }
    this.#take()
    this.finishIfOver()
  }

  #take(): unknown {
    try {
      return this.#source.take()
    } catch (error) {
      this.board.ledger.fail(error)
      return noItem
    }
  }
}
