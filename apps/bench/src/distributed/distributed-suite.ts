import { type Path, type Size, type Suite, sized } from '../harness/suite.js'
import { sessionLock } from './lock-paths.js'
import { hasNats } from './nats.js'
import { poolPaths } from './pool-paths.js'
import { poolStart } from './pool-start.js'
import { servedPool } from './served-paths.js'
import { sessionCalls, sessionValue } from './session-paths.js'
import { poolStream, sessionStream } from './stream-paths.js'

export const distributedSuite: Suite = {
  name: 'distributed',
  about: 'tasks behind a port, both ends in one process; and tasks in worker processes',
  paths: (size) => [
    ...callPaths(size),
    sessionStream(sized(size, 100, 1000, 10_000, 50_000)),
    sessionValue(sized(size, 2, 10, 50, 200)),
    sessionLock(sized(size, 10, 200, 1000, 2000)),
    ...poolPaths(size),
    servedPool(sized(size, 10, 200, 1000, 2000), sized(size, 1, 1, 30, 15)),
    poolStart(sized(size, 1, 1, 3, 5)),
    poolStream(sized(size, 100, 1000, 10_000, 50_000)),
  ],
}

function callPaths(size: Size): readonly Path[] {
  const nats = hasNats()
  return [
    sessionCalls({
      outstanding: 1,
      items: sized(size, 10, 200, 1000, 2000),
      warmUpRuns: sized(size, 1, 1, 12, 6),
      grpcItems: sized(size, 10, 200, 500, 1000),
      grpcWarmUpRuns: sized(size, 1, 1, 24, 12),
      timesFloor: 1.3,
      timesGrpc: 8,
      timesNats: nats ? 2.5 : undefined,
    }),
    sessionCalls({
      outstanding: 64,
      items: sized(size, 100, 1000, 2500, 20_000),
      warmUpRuns: sized(size, 1, 1, 60, 10),
      grpcItems: sized(size, 100, 500, 500, 2000),
      grpcWarmUpRuns: sized(size, 1, 1, 80, 20),
      timesFloor: 0.56,
      timesGrpc: 30,
      timesNats: nats ? 8 : undefined,
    }),
    sessionCalls({
      outstanding: 1000,
      items: sized(size, 1000, 5000, 8000, 50_000),
      warmUpRuns: sized(size, 1, 1, 10, 3),
      grpcItems: sized(size, 1000, 1000, 2000, 5000),
      grpcWarmUpRuns: sized(size, 1, 1, 20, 10),
      timesFloor: 0.5,
      timesGrpc: 30,
      timesNats: nats ? 8 : undefined,
    }),
  ]
}
