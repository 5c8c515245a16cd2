import { EachRun } from './each-run.js'
import type { Hold } from './gate.js'
import type { Host } from './host.js'
import type { SyncItems } from './items.js'

/** Maps over items that are there. */
export class SyncEachRun extends EachRun {
  readonly #items: SyncItems
  #isStarting = false
  /** An item was read and waits for its start. */
  #hasItem = false

  constructor(host: Host, task: number, isDirect: boolean, items: SyncItems) {
    super(host, task, isDirect, items.count)
    this.#items = items
  }

  start(): void {
    if (this.hasToStand) {
      // Reading comes before standing in line: the end of the items is no reason to wait.
      if (!this.#hasItem) this.#hasItem = this.hasRoom && this.#advance()
      if (this.#hasItem) this.stand()
      return
    }
    // A body that ends at once comes back here: the loop goes on, the stack stays flat.
    if (this.#isStarting) return
    this.#isStarting = true
    while (this.hasRoom && this.#advance()) this.startItem(this.#items.current)
    this.#isStarting = false
  }

  protected startNext(hold: Hold | undefined): void {
    this.#hasItem = false
    this.startItem(this.#items.current, hold)
  }

  override stop(): void {
    super.stop()
    this.#items.close()
  }

  #advance(): boolean {
    try {
      if (this.#items.advance()) return true
      this.exhausted()
    } catch (error) {
      this.fail(error)
    }
    return false
  }
}
