import { isTraced, Lane } from '@conc/core/internal'
import type { Pool } from '../pool.js'
import type { PoolState } from '../state/pool-state.js'
import type { Batch } from '../tasks/batch.js'
import type { ItemSource } from './item-source.js'
import { MapItem } from './map-item.js'
import { MapTask } from './map-task.js'

type ItemFunction = (item: unknown, task: MapTask) => unknown

/** One slot of a plain `map`. */
export class PlainLane extends Lane<MapItem> {
  readonly #source: ItemSource
  readonly #batch: Batch
  readonly #state: PoolState
  readonly #fn: ItemFunction
  /** Of the item that runs. */
  #index = 0

  constructor(source: ItemSource, batch: Batch) {
    super(batch.board)
    this.#source = source
    this.#batch = batch
    this.#state = batch.board
    this.#fn = batch.fn as unknown as ItemFunction
  }

  get pool(): Pool {
    return this.#state.pool
  }

  protected advance(): boolean {
    return this.#source.advance()
  }

  protected open(): number {
    return ++this.#state.lastId
  }

  protected invoke(id: number): unknown {
    const source = this.#source
    const fn = this.#fn
    const { item } = source
    this.#index = source.countOpen()
    return fn(item, new MapTask(this, id))
  }

  protected entered(): void {
    this.#source.started()
  }

  protected gave(_id: number, value: unknown): void {
    this.#source.give(this.#index, value)
  }

  /** Who has begun to trace sees the next item. */
  protected get keepsSlot(): boolean {
    return this.#state.line.isAlone(this.#source) && !isTraced()
  }

  protected ranOut(): void {
    this.#source.finishIfOver()
  }

  protected makeJob(id: number): MapItem {
    return new MapItem(this.#batch, undefined, this.#index, this.#source, id)
  }
}
