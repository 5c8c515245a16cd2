import type { Path } from '../harness/suite.js'
import { timedPath } from '../harness/timed-path.js'
import type { Add } from '../threads/callers.js'
import { caller } from '../threads/calls.js'
import { pipeAdd, poolAddOverSession, wsAdd } from './callers.js'
import { hasNats } from './nats.js'
import { nats } from './session-paths.js'

/** A call that goes through a server into a worker process, beside one there and back over each of the two ways. */
export function servedPool(items: number, warmUpRuns: number): Path {
  return timedPath<number>({
    name: 'served-pool/round-trip',
    title: `${items} calls of two small arguments over a socket into a worker process, 1 outstanding`,
    unit: 'call',
    items,
    judgedBy: 'wallUs',
    warmUpRuns,
    isOnOneCore: true,
    check: (sum, count) => {
      if (sum !== count * 2) throw new Error(`Expected a sum of ${count * 2}, got ${sum}.`)
    },
    contestants: [
      caller('a ws echo, then a pipe echo', 'floor', 1, bothEchoes),
      caller('Session, served WorkerPool', 'ours', 1, poolAddOverSession, { timesFloor: 1.3 }),
      ...(hasNats() ? [nats(1, 1)] : []),
    ],
  })
}

async function bothEchoes(): Promise<Add> {
  const [overSocket, overPipe] = await Promise.all([wsAdd(), pipeAdd()])
  return async (one, other) => {
    await overSocket(one, other)
    return await overPipe(one, other)
  }
}
