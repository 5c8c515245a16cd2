import { type Size, type Suite, sized } from '../harness/suite.js'
import { type Calls, calls } from './calls.js'
import { cpuBound } from './cpu-bound.js'
import { nestedCalls } from './nested-calls.js'
import { streams } from './streams.js'
import { transfer } from './transfer.js'

export const threadsSuite: Suite = {
  name: 'threads',
  about: 'tasks on two worker threads',
  paths: (size) => [
    calls({ ...roundTrip(size), name: 'round-trip', isOnOneCore: true, timesFloor: 1.25 }),
    calls({ ...roundTrip(size), name: 'round-trip/two-cores' }),
    calls({
      name: 'two-per-thread',
      outstanding: 4,
      items: sized(size, 20, 400, 4000, 10_000),
      warmUpRuns: sized(size, 1, 10, 10, 4),
      timesFloor: 1.35,
      timesPiscina: 2,
      timesPoolifier: 1,
    }),
    calls({
      name: 'outstanding/1000',
      outstanding: 1000,
      items: sized(size, 2000, 5000, 20_000, 100_000),
      warmUpRuns: sized(size, 1, 2, 2, 1),
      timesFloor: 1.6,
      timesPiscina: 5,
      timesPoolifier: 2,
    }),
    transfer(sized(size, 3, 50, 200, 1000)),
    cpuBound(sized(size, 10, 50, 200, 200)),
    nestedCalls(sized(size, 10, 200, 1000, 2000)),
    streams(sized(size, 100, 2000, 20_000, 100_000)),
  ],
}

function roundTrip(size: Size): Omit<Calls, 'name'> {
  return {
    outstanding: 1,
    items: sized(size, 10, 200, 1000, 2000),
    warmUpRuns: sized(size, 1, 10, 20, 20),
    timesPiscina: 1,
    timesPoolifier: 1,
  }
}
