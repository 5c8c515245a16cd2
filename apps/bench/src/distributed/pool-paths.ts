import { type Path, type Size, sized } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { caller } from '../threads/calls.js'
import { nestedPath } from '../threads/nested-calls.js'
import { pipeAdd, pool, poolAdd } from './callers.js'
import { hasPython, type PythonWay, pythonPool } from './python-pool.js'

/** Calls into one process behind a pipe. */
export function poolPaths(size: Size): readonly Path[] {
  return [
    calls({ ...roundTrip(size), name: 'pool/round-trip', isOnOneCore: true, timesFloor: 1.4 }),
    calls({ ...roundTrip(size), name: 'pool/round-trip/two-cores' }),
    calls({
      name: 'pool/outstanding/1000',
      outstanding: 1000,
      items: sized(size, 2000, 5000, 20_000, 50_000),
      warmUpRuns: 1,
      timesFaster: { submit: 5, 'starmap, a chunk a call': 2, starmap: undefined },
    }),
    nestedPath('pool/nested', 'in a process', sized(size, 10, 200, 1000, 2000), {
      timesFloor: 1.2,
      open: poolAdd,
      nest: async (count) => {
        const made = await pool()
        const { nestTask } = await import('./pool-tasks.js')
        return () => made.submit(nestTask, [count])
      },
    }),
  ]
}

interface PoolCalls {
  readonly name: string
  readonly outstanding: number
  readonly items: number
  /** Half a second of round trips leaves code of both processes that is not compiled yet. */
  readonly warmUpRuns: number
  readonly isOnOneCore?: boolean
  readonly timesFloor?: number
  /** Ways of Python's, where there is one, and what ours is to beat them by. */
  readonly timesFaster: Partial<Record<PythonWay, number | undefined>>
}

function roundTrip(size: Size): Omit<PoolCalls, 'name'> {
  return {
    outstanding: 1,
    items: sized(size, 10, 200, 1000, 2000),
    warmUpRuns: sized(size, 1, 1, 60, 30),
    timesFaster: { submit: 1 },
  }
}

function calls(options: PoolCalls): Path {
  const { name, outstanding, items, warmUpRuns, isOnOneCore = false, timesFloor } = options
  const ways = hasPython() ? Object.entries(options.timesFaster) : []
  return timedPath<number>({
    name,
    title: `${items} calls of two small arguments in one worker process, ${outstanding} outstanding`,
    unit: 'call',
    items,
    judgedBy: 'wallUs',
    warmUpRuns,
    isOnOneCore,
    check: (sum, count) => {
      if (sum !== count * 2) throw new Error(`Expected a sum of ${count * 2}, got ${sum}.`)
    },
    contestants: [
      caller('bare pipe + msgpackr', 'floor', outstanding, pipeAdd),
      caller(
        'WorkerPool',
        'ours',
        outstanding,
        poolAdd,
        timesFloor === undefined ? undefined : { timesFloor },
      ),
      ...ways.map(([way, times]) => python(way as PythonWay, outstanding, times)),
    ],
  })
}

function python(
  way: PythonWay,
  outstanding: number,
  timesFaster: number | undefined,
): TimedContestant<number> {
  const name = way === 'submit' ? 'Python ProcessPoolExecutor' : `Python Pool.${way}`
  return {
    name,
    role: 'peer',
    ...(timesFaster !== undefined && { goal: { timesFaster } }),
    note: 'has processes of its own, whose CPU time is not counted',
    prepare: async (count) => {
      const run = pythonPool(way)
      return () => run(count, outstanding)
    },
  }
}
