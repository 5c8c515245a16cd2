import { Worker } from 'node:worker_threads'
import { builtFile } from './built-file.js'

/** A stream by hand over one port: arrays of `batch` items, a window of so many, again when half is used. */
export class PortStream {
  readonly #worker = new Worker(builtFile('port-stream.entry.js'))
  readonly #window: number
  readonly #batch: number
  readonly #arrived: (readonly number[] | null)[] = []
  #wake: (() => void) | undefined
  #unused = 0

  constructor(window: number, batch: number) {
    this.#window = window
    this.#batch = batch
    this.#worker.unref()
    this.#worker.on('message', (items: readonly number[] | null) => {
      this.#arrived.push(items)
      this.#wake?.()
    })
  }

  async *items(count: number): AsyncGenerator<number, void, undefined> {
    this.#worker.ref()
    this.#worker.postMessage({ grant: this.#window - this.#unused })
    this.#unused = this.#window
    this.#worker.postMessage({ count, batch: this.#batch })
    let used = 0
    for (let items = await this.#next(); items !== null; items = await this.#next()) {
      for (const item of items) {
        this.#unused--
        if (++used >= this.#window / 2) {
          this.#worker.postMessage({ grant: used })
          this.#unused += used
          used = 0
        }
        yield item
      }
    }
    this.#unused += used
    if (used > 0) this.#worker.postMessage({ grant: used })
    this.#worker.unref()
  }

  async #next(): Promise<readonly number[] | null> {
    while (this.#arrived.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#arrived.shift() as readonly number[] | null
  }
}
