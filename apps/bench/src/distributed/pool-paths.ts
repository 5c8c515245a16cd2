import { type Goal, type Path, type Size, sized } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import type { Add } from '../threads/callers.js'
import { caller } from '../threads/calls.js'
import { nestedPath } from '../threads/nested-calls.js'
import { pool, poolAdd } from './callers.js'
import { PipeEcho } from './pipe-echo.js'
import { hasPython, type PythonWay, pythonPool } from './python-pool.js'

/** Calls into one process behind a pipe. */
export function poolPaths(size: Size): readonly Path[] {
  const python = hasPython()
  return [
    calls(1, sized(size, 10, 200, 1000, 2000), { timesFloor: 1.4 }, python ? { submit: 1 } : {}),
    calls(
      1000,
      sized(size, 2000, 5000, 20_000, 50_000),
      undefined,
      python ? { submit: 5, 'starmap, a chunk a call': 2, starmap: undefined } : {},
    ),
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

function calls(
  outstanding: number,
  items: number,
  goal: Goal | undefined,
  timesFaster: Partial<Record<PythonWay, number | undefined>>,
): Path {
  return timedPath<number>({
    name: outstanding === 1 ? 'pool/round-trip' : `pool/outstanding/${outstanding}`,
    title: `${items} calls of two small arguments in one worker process, ${outstanding} outstanding`,
    unit: 'call',
    items,
    judgedBy: 'wallUs',
    check: (sum, count) => {
      if (sum !== count * 2) throw new Error(`Expected a sum of ${count * 2}, got ${sum}.`)
    },
    contestants: [
      caller('bare pipe + msgpackr', 'floor', outstanding, pipeAdd),
      caller('WorkerPool', 'ours', outstanding, poolAdd, goal),
      ...Object.entries(timesFaster).map(([way, times]) =>
        python(way as PythonWay, outstanding, times),
      ),
    ],
  })
}

async function pipeAdd(): Promise<Add> {
  const echo = new PipeEcho()
  await echo.add(1, 1)
  return (one, other) => echo.add(one, other)
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
