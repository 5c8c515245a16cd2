import { type Suite, sized } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import type { Add } from '../threads/callers.js'
import { callAll } from '../threads/calls.js'
import { bareAdd, bullAdd } from './callers.js'
import { cancelLatency } from './cancel-latency.js'
import { sweeps } from './sweeps.js'
import { unsettledCalls } from './unsettled-calls.js'

/** What a call may cost, in jobs and events by hand. */
const goal = { timesFloor: 1.25 }

export const bullmqSuite: Suite = {
  name: 'bullmq',
  about:
    'tasks as jobs in Redis, beside jobs by hand on the same Redis; the worker is another process',
  paths: (size) => [
    ...[1, 50].map((outstanding) =>
      timedPath<number>({
        name: outstanding === 1 ? 'round-trip' : `outstanding/${outstanding}`,
        title: `calls of two small arguments, ${outstanding} outstanding`,
        unit: 'call',
        items: outstanding === 1 ? sized(size, 5, 50, 200, 1000) : sized(size, 50, 300, 2000, 5000),
        judgedBy: 'wallUs',
        // As many calls warm all the workers alike, and few samples would tell how the machine was.
        warmUpRuns: sized(size, 1, 1, outstanding === 1 ? 15 : 5, 5),
        minRounds: 11,
        check: (sum, count) => {
          if (sum !== count * 2) throw new Error(`Expected a sum of ${count * 2}, got ${sum}.`)
        },
        contestants: [
          caller('BullMQ add + completed', 'floor', outstanding, bareAdd),
          { ...caller('BullExecutor', 'ours', outstanding, () => bullAdd('event-loop')), goal },
          caller('BullExecutor, bodies on threads', 'ours', outstanding, () => bullAdd('threads')),
        ],
      }),
    ),
    cancelLatency(sized(size, 2, 10, 50, 100)),
    sweeps(sized(size, 200, 5000, 10_000, 10_000)),
    unsettledCalls(sized(size, 200, 5000, 10_000, 10_000)),
  ],
}

function caller(
  name: string,
  role: TimedContestant<number>['role'],
  outstanding: number,
  open: () => Promise<Add>,
): TimedContestant<number> {
  return {
    name,
    role,
    prepare: async (count) => {
      const add = await open()
      return () => callAll(add, count, outstanding)
    },
  }
}
