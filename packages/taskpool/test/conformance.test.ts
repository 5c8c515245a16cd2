import { inline } from '@conc/core'
import { describeExecutor } from '@conc/core/conformance'
import { TaskPool } from '../src/index.js'

describeExecutor(
  'TaskPool',
  ({ concurrency, queueLimit }) => new TaskPool({ poolSize: concurrency, queueLimit }),
)

describeExecutor(
  'TaskPool over inline()',
  ({ concurrency, queueLimit }) =>
    new TaskPool({ poolSize: concurrency, queueLimit, executor: inline() }),
)
