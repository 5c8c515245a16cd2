import type { Place } from '@conc/core/internal'
import type { Collector, MapItem } from './map-item.js'

/** What a source gives when it has nothing more. */
export const nothing: unique symbol = Symbol('nothing')

/** Where the slots of a `map` get their items from, and whose place in line they come back to. */
export interface ItemSource extends Place, Collector {
  /** The next item, with a slot in hand; `nothing`: there was none after all. */
  pull(): unknown
  /** The next item as a task. */
  take(): MapItem | undefined
  /** An item begins that is no task. @returns its index */
  countOpen(): number
  /** Such an item has fulfilled. */
  give(index: number, value: unknown): void
  /** An item's function was entered. */
  started(): void
  /** A slot came and found nothing. */
  finishIfOver(): void
}
