import type { Place } from '@conc/core/internal'
import type { Collector, MapItem } from './map-item.js'

/** Where the slots of a `map` get their items from, and whose place in line they come back to. */
export interface ItemSource extends Place, Collector {
  /** Goes on to the next item, with a slot in hand. @returns whether there was one */
  advance(): boolean
  /** The item that `advance` went to. */
  readonly item: unknown
  /** The next item as a task; `undefined`: there was none after all. */
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
