import { bullmqSuite } from './bullmq/bullmq-suite.js'
import { hasRedis } from './bullmq/redis.js'
import { channelsSuite } from './channels/channels-suite.js'
import { distributedSuite } from './distributed/distributed-suite.js'
import type { Suite } from './harness/suite.js'
import { poolSuite } from './pool/pool-suite.js'
import { taskpoolSuite } from './taskpool/taskpool-suite.js'
import { threadsSuite } from './threads/threads-suite.js'
import { weaveSuite } from './weave/weave-suite.js'
import { wireSuite } from './wire/wire-suite.js'

/** What `pnpm bench` runs, in this order. A new suite is a folder beside these and a line here. */
export const suites: readonly Suite[] = [
  poolSuite,
  taskpoolSuite,
  threadsSuite,
  channelsSuite,
  weaveSuite,
  wireSuite,
  distributedSuite,
  ...(hasRedis() ? [bullmqSuite] : []),
]
