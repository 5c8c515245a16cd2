import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { builtFile } from '../harness/built-file.js'
import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import type { Job } from './by-hand.entry.js'
import { handThread, messagesOf } from './by-hand.js'
import { point } from './items.js'

type Starter = TimedContestant<number>

/** A coroutine on a thread that waits already, beside one message to such a thread and back. */
export function warmStart(rounds: number): Path {
  return path('warm', `${rounds} coroutines, each on a thread that waits`, rounds, [
    {
      name: 'port ping-pong',
      role: 'floor',
      prepare: async (count) => {
        const worker = handThread()
        worker.postMessage({ job: 'echo' } satisfies Job)
        return repeat(count, async () => {
          worker.postMessage(point(0))
          await messagesOf(worker, 1, () => {})
        })
      },
    },
    {
      name: 'await nothing().done',
      role: 'ours',
      goal: { timesFloor: 5 },
      prepare: async (count) => {
        const { nothing } = await import('./nothing.js')
        return repeat(count, () => nothing().done)
      },
    },
  ])
}

/** A thread of its own for each. */
export function coldStart(rounds: number): Path {
  return path('cold', `${rounds} threads, from nothing to the first message`, rounds, [
    {
      name: 'new Worker',
      role: 'floor',
      prepare: async (count) =>
        repeat(count, async () => {
          const worker = new Worker(builtFile(import.meta.url, 'hello.entry.js'))
          await once(worker, 'message')
          void worker.terminate()
        }),
    },
    {
      name: 'await isolated().done',
      role: 'ours',
      goal: { timesFloor: 1.5 },
      prepare: async (count) => {
        const { isolated } = await import('./nothing.js')
        return repeat(count, () => isolated().done)
      },
    },
  ])
}

function repeat(count: number, once: () => Promise<unknown>): () => Promise<number> {
  return async () => {
    let done = 0
    for (; done < count; done++) await once()
    return done
  }
}

function path(name: string, title: string, items: number, contestants: readonly Starter[]): Path {
  return timedPath<number>({
    name: `start/${name}`,
    title,
    unit: 'start',
    items,
    judgedBy: 'wallUs',
    check: (done, count) => {
      if (done !== count) throw new Error(`Expected ${count} starts, got ${done}.`)
    },
    contestants,
  })
}
