import { BullExecutor, runBullWorker } from '@conc/bullmq'
import type { CloseOptions } from '@conc/core'
import { describeExecutor } from '@conc/core/conformance'
import { ThreadExecutor } from '@conc/threads'
import { url } from './queue-under-test.js'

let lastQueue = 0

/** An executor and the one worker of its queue, which ends with it. */
class WithWorker extends BullExecutor {
  readonly release: () => Promise<void>

  constructor(
    options: ConstructorParameters<typeof BullExecutor>[0],
    release: () => Promise<void>,
  ) {
    super(options)
    this.release = release
  }

  override async close(options?: CloseOptions): Promise<void> {
    await super.close(options)
    await this.release()
  }
}

describeExecutor(
  'BullExecutor',
  async ({ concurrency, queueLimit, graceMs, modules }) => {
    const where = { url, queue: `kit-${process.pid}-${lastQueue++}` }
    const threads = new ThreadExecutor({ maxThreads: concurrency, graceMs, modules })
    const worker = await runBullWorker({ ...where, modules, executor: threads, concurrency })
    return new WithWorker({ ...where, queueLimit }, async () => {
      await worker.close({ pending: 'reject' })
      await threads.close({ pending: 'reject' })
    })
  },
  { separateWorkers: true },
)
