import { EachRun } from './each-run.js'
import type { Host } from './host.js'
import type { SyncItems } from './items.js'

/** Maps over items that are there. */
export class SyncEachRun extends EachRun {
  readonly #items: SyncItems
  #isStarting = false

  constructor(host: Host, task: number, isDirect: boolean, items: SyncItems) {
    super(host, task, isDirect, items.count)
    this.#items = items
  }

  start(): void {
    if (this.host.slots) {
      if (this.hasRoom) this.stand()
      return
    }
    // A body that ends at once comes back here: the loop goes on, the stack stays flat.
    if (this.#isStarting) return
    this.#isStarting = true
    while (this.hasRoom && this.#advance()) this.startItem(this.#items.current)
    this.#isStarting = false
  }

  enter(): void {
    if (this.isOpen && this.#advance()) {
      this.startItem(this.#items.current)
      this.start()
    } else this.host.slots?.release()
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
