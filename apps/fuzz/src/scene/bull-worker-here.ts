import { setTimeout } from 'node:timers/promises'
import type { BullWorker } from '@conc/bullmq'
import type { CloseOptions, Executor } from '@conc/core'
import type { BullWorkerSettings } from './host-job.js'

const tasks: URL = new URL('../tasks/play.js', import.meta.url)

/** A worker of a queue in this process; another one can take its place. */
export class BullWorkerHere {
  readonly name: string
  readonly #settings: BullWorkerSettings
  readonly #executor: Executor | undefined
  #worker: BullWorker
  #isOver = false
  #change: Promise<void> = Promise.resolve()

  constructor(settings: BullWorkerSettings, executor: Executor | undefined, worker: BullWorker) {
    this.name = `the worker of ${settings.queue}`
    this.#settings = settings
    this.#executor = executor
    this.#worker = worker
  }

  /** Closes it, and starts another one so long after that. */
  replace(options: CloseOptions, afterMs: number): Promise<void> {
    this.#change = this.#change.then(async () => {
      if (this.#isOver) return
      await this.#worker.close(options)
      await setTimeout(afterMs)
      this.#worker = await run(this.#settings, this.#executor)
    })
    return this.#change
  }

  async close(options: CloseOptions): Promise<void> {
    this.#isOver = true
    await this.#change
    await this.#worker.close(options)
  }
}

/** @param executor where bodies run; by default threads. */
export async function startBullWorker(
  settings: BullWorkerSettings,
  executor: Executor | undefined,
): Promise<BullWorkerHere> {
  return new BullWorkerHere(settings, executor, await run(settings, executor))
}

async function run(
  { url, queue, concurrency }: BullWorkerSettings,
  executor: Executor | undefined,
): Promise<BullWorker> {
  // Loaded where it is needed: rounds without Redis do without it.
  const { runBullWorker } = await import('@conc/bullmq')
  return await runBullWorker({
    url,
    queue,
    concurrency,
    modules: [tasks],
    lockMs: 2000,
    stalledMs: 500,
    ...(executor && { executor }),
  })
}
