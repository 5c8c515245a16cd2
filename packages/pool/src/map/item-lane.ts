import type { PoolState } from '../state/pool-state.js'
import type { ItemSource } from './item-source.js'
import type { MapItem } from './map-item.js'

/** One slot of a `map` whose items are tasks. */
export class ItemLane {
  readonly #source: ItemSource
  readonly #state: PoolState
  readonly #giveBack: (() => void) | undefined

  /** @param giveBack where the slot is borrowed: it serves one item. */
  constructor(source: ItemSource, state: PoolState, giveBack?: () => void) {
    this.#source = source
    this.#state = state
    this.#giveBack = giveBack
  }

  /** With the slot in hand, in the caller's context: one item after the other, until the slot has to go. */
  async serve(): Promise<void> {
    const source = this.#source
    for (let item = source.take(); item !== undefined; item = source.take()) {
      if (this.#giveBack) item.more.borrow(this.#giveBack)
      let rest: Promise<void> | undefined
      try {
        rest = item.ended(await this.#begin(item))
      } catch (error) {
        rest = item.failed(error)
      }
      if (rest !== undefined) await rest
      // It pauses before another attempt, and its slot is free already.
      if (item.status === 'waiting') return
      if (this.#state.line.isAlone(source) && item.handOver()) continue
      item.release()
      return
    }
    if (this.#giveBack) this.#giveBack()
    else this.#state.line.release()
    source.finishIfOver()
  }

  #begin(item: MapItem): unknown {
    try {
      return item.begin()
    } finally {
      this.#source.started()
    }
  }
}
