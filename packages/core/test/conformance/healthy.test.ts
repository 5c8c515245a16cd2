import { describe } from 'vitest'
import { describeExecutor } from '../../src/conformance/index.js'
import { balance, inline, limit, retry, route } from '../../src/index.js'
import { CopyingExecutor } from './broken/copying-executor.js'
import { PlainExecutor } from './broken/plain-executor.js'

const unlimited = { ignores: ['concurrency', 'queueLimit'] } as const

describeExecutor('inline()', () => inline(), unlimited)

describeExecutor('limit(inline(), n)', ({ concurrency, queueLimit }) =>
  limit(inline(), concurrency, { queueLimit }),
)

describeExecutor('limit(limit(inline(), n), n)', ({ concurrency, queueLimit }) =>
  limit(limit(inline(), concurrency), concurrency, { queueLimit }),
)

describeExecutor('retry(inline(), policy)', () => retry(inline(), { times: 3 }), {
  ...unlimited,
  skip: {
    'a body that threw runs once where nobody asks for more': 'repeating unasked is what it is for',
  },
})

describeExecutor('retry(limit(inline(), n), 0)', ({ concurrency, queueLimit }) =>
  retry(limit(inline(), concurrency, { queueLimit }), 0),
)

const ownOrder = {
  ...unlimited,
  skip: {
    'functions start in the order of their submits': 'each of several executors has its own order',
  },
}

describeExecutor('balance([a, b])', () => balance([inline(), inline()]), ownOrder)

describeExecutor(
  'balance([a, b], round-robin)',
  () => balance([limit(inline(), 1000), inline()], { policy: 'round-robin' }),
  ownOrder,
)

describeExecutor('balance([limit(inline(), n)])', ({ concurrency, queueLimit }) =>
  balance([limit(inline(), concurrency, { queueLimit })]),
)

describeExecutor(
  'route(pick)',
  () => {
    const inner = inline()
    return route(() => inner, { capabilities: inner.capabilities })
  },
  unlimited,
)

describe('what the broken executors are made of', () => {
  describeExecutor('PlainExecutor', (setup) => new PlainExecutor(setup))

  describeExecutor('CopyingExecutor', (setup) => new CopyingExecutor(setup), { shortTimeoutMs: 40 })
})
