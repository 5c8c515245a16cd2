/** Where the slots of a `map` get their items from. */
export interface LaneFeed {
  /** With a slot in hand: the next item, which counts as running, or `noItem`. */
  take(): unknown
  /** The function of an item was entered. */
  entered(): void
  /** Whether a slot may go on to another item. */
  readonly keepsSlots: boolean
  /** An item has ended, and its slot goes on to another one. */
  left(): void
  /** An item has ended, and its slot comes back. */
  taskEnded(): void
  /** A slot came and found nothing. */
  finishIfOver(): void
  /** Starts nothing more. */
  stop(): void
}
