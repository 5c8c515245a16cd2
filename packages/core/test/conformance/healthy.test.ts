import { describeExecutor } from '../../src/conformance/index.js'
import { inline, limit } from '../../src/index.js'

describeExecutor('inline()', () => inline(), { ignores: ['concurrency', 'queueLimit'] })

describeExecutor('limit(inline())', ({ concurrency, queueLimit }) =>
  limit(inline(), concurrency, { queueLimit }),
)
