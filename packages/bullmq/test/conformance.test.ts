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

  override close(options?: CloseOptions): Promise<void> {
    return super.close(options).then(() => this.release())
  }
}

describeExecutor(
  'BullExecutor',
  async ({ concurrency, queueLimit, graceMs, modules }) => {
    const where = { url, queue: `kit-${process.pid}-${lastQueue++}` }
    const threads = new ThreadExecutor({ maxThreads: concurrency, graceMs, modules })
    const worker = await runBullWorker({ ...where, modules, executor: threads, concurrency })
    const executor = new WithWorker({ ...where, queueLimit }, async () => {
      await worker.close({ pending: 'reject' })
      await threads.close({ pending: 'reject' })
    })
    // How many slots the workers have, it knows from then on.
    await executor.ready()
    return executor
  },
  { separateWorkers: true },
)
