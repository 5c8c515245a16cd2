import { Worker } from 'node:worker_threads'
import { currentFrame, ThreadRecords } from '@conc/core/internal'
import type { Link, LinkOwner } from './link.js'
import type { FromWorker, ThreadData, ToWorker } from './messages.js'

/** A new worker thread. */
export class ThreadLink implements Link {
  readonly pid = undefined
  readonly #request: Uint8Array
  #worker: Worker | undefined
  #failure: unknown

  constructor(request: Uint8Array) {
    this.#request = request
  }

  get title(): string {
    return 'thread'
  }

  open(owner: LinkOwner): void {
    const records = new ThreadRecords()
    const frame = currentFrame()
    const workerData: ThreadData = { request: this.#request, logs: records.logs }
    const worker = new Worker(new URL('./thread.entry.js', import.meta.url), { workerData })
    this.#worker = worker
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'said') records.take(message.record, frame)
      else owner.received(message)
    })
    worker.on('error', (error) => {
      this.#failure = error
    })
    worker.on('exit', (exitCode) => {
      this.#worker = undefined
      const cause = this.#failure
      owner.gone({ exitCode, signal: null, ...(cause !== undefined && { cause }) })
    })
  }

  post(message: ToWorker): void {
    this.#worker?.postMessage(message)
  }

  hold(isHeld: boolean): void {
    if (isHeld) this.#worker?.ref()
    else this.#worker?.unref()
  }

  kill(): void {
    void this.#worker?.terminate()
  }
}
