import { describeExecutor } from '@conc/core/conformance'
import { ThreadExecutor } from '@conc/threads'

describeExecutor(
  'ThreadExecutor',
  ({ concurrency, queueLimit, graceMs, modules }) =>
    new ThreadExecutor({ maxThreads: concurrency, queueLimit, graceMs, modules }),
  {
    separateWorkers: true,
    brokenStart: ({ concurrency, queueLimit, graceMs }) =>
      new ThreadExecutor({
        maxThreads: concurrency,
        queueLimit,
        graceMs,
        modules: [new URL('./fixtures/broken.mjs', import.meta.url)],
      }),
  },
)
