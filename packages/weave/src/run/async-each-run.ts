import { EachRun } from './each-run.js'
import type { Hold } from './gate.js'
import type { Host } from './host.js'
import type { AsyncItems } from './items.js'

/** Maps over items that arrive: reads the next one only when it may start. */
export class AsyncEachRun extends EachRun {
  readonly #items: AsyncItems
  /** An item is being waited for, or has come and waits for its start. */
  #isBusy = false

  constructor(host: Host, task: number, isDirect: boolean, items: AsyncItems) {
    super(host, task, isDirect, undefined)
    this.#items = items
  }

  start(): void {
    if (this.#isBusy || !this.hasRoom) return
    this.#isBusy = true
    this.#items.advance().then(
      (hasItem) => this.#came(hasItem),
      (error) => this.fail(error),
    )
  }

  protected startNext(hold: Hold | undefined): void {
    this.#isBusy = false
    this.startItem(this.#items.current, hold)
  }

  override stop(): void {
    super.stop()
    this.#items.close()
  }

  #came(hasItem: boolean): void {
    if (!this.isOpen) return
    if (!hasItem) this.exhausted()
    else if (this.hasToStand) this.stand()
    else {
      this.startNext(undefined)
      this.start()
    }
  }
}
