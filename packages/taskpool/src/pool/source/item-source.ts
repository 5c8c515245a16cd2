/** What `take` gives where there is no item after all. */
export const noItem: unique symbol = Symbol('no item')

/** The items of a `map`, read as it goes. */
export interface ItemSource {
  /** Whether there may be an item to take now. */
  readonly isReady: boolean
  /** Whether nothing more will come. */
  readonly isOver: boolean
  /** The next item. @throws what the source throws; it is over then. */
  take(): unknown
  /** Nothing more is wanted: the iterator is told, once. */
  close(): void
}
