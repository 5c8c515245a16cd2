import type { Worker } from 'node:worker_threads'
import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import type { Job } from './by-hand.entry.js'
import { handThread, messagesOf } from './by-hand.js'
import { checkSum, type Point, point } from './items.js'

type Player = TimedContestant<number>

/** One point there and back at a time. */
export function pingPong(rounds: number): Path {
  return path('async', `${rounds} round trips of a point {x, y}`, rounds, [
    {
      name: 'port callbacks',
      role: 'floor',
      prepare: async (count) => {
        const worker = handThread()
        worker.postMessage({ job: 'echo' } satisfies Job)
        return () => bounce(worker, count)
      },
    },
    {
      name: 'put, get',
      role: 'ours',
      goal: { timesFloor: 1.25 },
      prepare: async (count) => {
        const { echo } = await import('./coroutines.js')
        const channel = echo()
        return async () => {
          let sum = 0
          for (let i = 0; i < count; i++) {
            void channel.put(point(i))
            sum += (await channel.get()).x
          }
          return sum
        }
      },
    },
  ])
}

/** The same without event loops. */
export function blockingPingPong(rounds: number): Path {
  return path('blocking', `${rounds} round trips of a number, both sides blocking`, rounds, [
    byAtomics('spinning', 'floor', 'spin'),
    {
      name: 'putSync, getSync',
      role: 'ours',
      prepare: async (count) => {
        const { blockingEcho } = await import('./coroutines.js')
        const channel = blockingEcho()
        return () => {
          let sum = 0
          for (let i = 0; i < count; i++) {
            channel.putSync(i, { allowMainThread: true })
            sum += channel.getSync({ allowMainThread: true })
          }
          return sum
        }
      },
    },
    { ...byAtomics('Atomics.wait and notify', 'peer', 'atomics'), goal: { timesFaster: 1 } },
  ])
}

function byAtomics(name: string, role: Player['role'], job: 'spin' | 'atomics'): Player {
  return {
    name,
    role,
    prepare: async (count) => {
      const worker = handThread()
      return () => {
        const turn = new Int32Array(new SharedArrayBuffer(4))
        worker.postMessage({ job, turn, rounds: count } satisfies Job)
        let sum = 0
        for (let i = 0; i < count; i++) {
          const asked = Atomics.add(turn, 0, 1) + 1
          if (job === 'atomics') Atomics.notify(turn, 0)
          while (Atomics.load(turn, 0) === asked)
            if (job === 'atomics') Atomics.wait(turn, 0, asked)
          sum += i
        }
        return sum
      }
    },
  }
}

async function bounce(worker: Worker, count: number): Promise<number> {
  let [sum, next] = [0, 0]
  worker.postMessage(point(next++))
  await messagesOf<Point>(worker, count, ({ x }) => {
    sum += x
    if (next < count) worker.postMessage(point(next++))
  })
  return sum
}

function path(name: string, title: string, items: number, contestants: readonly Player[]): Path {
  return timedPath<number>({
    name: `ping-pong/${name}`,
    title,
    unit: 'round',
    items,
    judgedBy: 'wallUs',
    check: checkSum,
    contestants,
  })
}
