import { describeExecutor } from '@conc/core/conformance'
import { WorkerPool } from '@conc/distributed'

describeExecutor(
  'WorkerPool',
  ({ concurrency, queueLimit, graceMs, modules }) =>
    new WorkerPool({ breadth: 1, concurrency, queueLimit, graceMs, modules }),
  {
    separateWorkers: true,
    // A check starts up to four processes, on machines that are busy with other tests.
    guardMs: 20_000,
    brokenStart: ({ concurrency, queueLimit, graceMs }) =>
      new WorkerPool({
        breadth: 1,
        concurrency,
        queueLimit,
        graceMs,
        modules: [new URL('./fixtures/broken.mjs', import.meta.url)],
      }),
  },
)

describeExecutor(
  'WorkerPool, forceful',
  ({ concurrency, queueLimit, graceMs, modules }) =>
    new WorkerPool({
      breadth: concurrency,
      concurrency: 1,
      cancel: 'forceful',
      queueLimit,
      graceMs,
      modules,
    }),
  { separateWorkers: true, guardMs: 20_000 },
)
