import { inline, limit } from '@conc/core'
import { describeExecutor } from '@conc/core/conformance'
import { Pool } from '../src/index.js'

describeExecutor(
  'Pool',
  ({ concurrency, queueLimit }) => new Pool({ size: concurrency, queueLimit }),
)

describeExecutor(
  'Pool over inline()',
  ({ concurrency, queueLimit }) => new Pool({ size: concurrency, queueLimit, executor: inline() }),
)

describeExecutor('limit(Pool, n)', ({ concurrency, queueLimit }) =>
  limit(new Pool(), concurrency, { queueLimit }),
)
