import type { Goal, Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import {
  type Add,
  comlinkAdd,
  type PiscinaAtomics,
  piscinaAdd,
  poolifierAdd,
  rpcAdd,
  threadsAdd,
  tinypoolAdd,
  workerpoolAdd,
} from './callers.js'

/** Small calls, `outstanding` of them at a time, on two threads. */
export interface Calls {
  readonly name: string
  readonly outstanding: number
  readonly items: number
  /** Three event loops have to be warm, which takes each contestant some 30 000 calls at most. */
  readonly warmUpRuns: number
  readonly isOnOneCore?: boolean
  /** Absent where floor and scheduler cannot be told apart. */
  readonly timesFloor?: number
  readonly timesPiscina: number
  readonly timesPoolifier: number
}

export function calls(options: Calls): Path {
  const { name, outstanding, items, warmUpRuns, isOnOneCore = false } = options
  const { timesFloor, timesPiscina, timesPoolifier } = options
  const floorGoal = timesFloor === undefined ? undefined : { timesFloor }
  const piscina = (atomics: PiscinaAtomics): TimedContestant<number> =>
    caller(`piscina, atomics ${atomics}`, 'peer', outstanding, () => piscinaAdd(atomics), {
      timesFaster: timesPiscina,
    })
  return timedPath<number>({
    name,
    title: `${items} calls of two small arguments on two threads, ${outstanding} outstanding`,
    unit: 'call',
    items,
    judgedBy: 'wallUs',
    warmUpRuns,
    isOnOneCore,
    check: (sum, count) => {
      if (sum !== count * 2) throw new Error(`Expected a sum of ${count * 2}, got ${sum}.`)
    },
    contestants: [
      caller('bare port RPC', 'floor', outstanding, rpcAdd),
      caller('ThreadExecutor', 'ours', outstanding, threadsAdd, floorGoal),
      piscina('sync'),
      piscina('async'),
      piscina('disabled'),
      caller('tinypool', 'peer', outstanding, tinypoolAdd, { timesFaster: 1 }),
      caller('poolifier', 'peer', outstanding, poolifierAdd, { timesFaster: timesPoolifier }),
      caller('workerpool', 'peer', outstanding, workerpoolAdd, { timesFaster: 1 }),
      caller('comlink', 'peer', outstanding, comlinkAdd, { timesFaster: 1 }),
    ],
  })
}

/** Somebody who makes so many calls at a time of what `open` gives. */
export function caller(
  name: string,
  role: TimedContestant<number>['role'],
  outstanding: number,
  open: () => Promise<Add>,
  goal?: Goal,
): TimedContestant<number> {
  return {
    name,
    role,
    ...(goal && { goal }),
    prepare: async (count) => {
      const add = await open()
      return () => callAll(add, count, outstanding)
    },
  }
}

/** Makes a new call whenever one has ended. */
export async function callAll(add: Add, count: number, outstanding: number): Promise<number> {
  let [begun, sum] = [0, 0]
  const runner = async (): Promise<void> => {
    while (begun++ < count) {
      const two = await add(1, 1)
      sum += two
    }
  }
  await Promise.all(Array.from({ length: outstanding }, runner))
  return sum
}
