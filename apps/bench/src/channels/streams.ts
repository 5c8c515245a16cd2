import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { BlockingPorts, handThread, messagesOf } from './by-hand.js'
import { checkSum, type nested, type Point, point } from './items.js'
import { NumberRing } from './number-ring.js'

type Streamer = TimedContestant<number>

/** Points from a thread, one `put` and one step of `for await` each. */
export function fromThread(items: number): Path {
  return path('from-thread', `${items} points {x, y} from a thread`, items, [
    ringFloor,
    { ...produced('capacity 1024', 'producer'), goal: { timesFloor: 10 } },
    produced('default capacity', 'unboundedProducer'),
    { ...posted(), goal: { timesFaster: 3 } },
  ])
}

/** The same the other way. */
export function toThread(items: number): Path {
  return path('to-thread', `${items} points {x, y} to a thread`, items, [
    {
      name: 'await put, for await',
      role: 'ours',
      prepare: async (count) => {
        const { consumer } = await import('./coroutines.js')
        const channel = consumer()
        return async () => {
          await channel.put(count)
          for (let i = 0; i < count; i++) await channel.put(point(i))
          return await channel.get()
        }
      },
    },
    {
      name: 'postMessage, listener',
      role: 'peer',
      goal: { timesFaster: 2.5 },
      prepare: async (count) => {
        const worker = handThread()
        return async () => {
          worker.postMessage({ job: 'consume', count })
          for (let i = 0; i < count; i++) worker.postMessage(point(i))
          let sum = 0
          await messagesOf<number>(worker, 1, (message) => {
            sum = message
          })
          return sum
        }
      },
    },
  ])
}

/** Without an event loop on either side. */
export function blocking(items: number): Path {
  return path('blocking', `${items} points {x, y} from a thread, both sides blocking`, items, [
    ringFloor,
    {
      name: 'putSync, getSync',
      role: 'ours',
      prepare: async (count) => {
        const { blockingProducer } = await import('./coroutines.js')
        const channel = blockingProducer()
        return async () => {
          await channel.put(count)
          let sum = 0
          for (let i = 0; i < count; i++) sum += channel.getSync({ allowMainThread: true }).x
          return sum
        }
      },
    },
    {
      name: 'receiveMessageOnPort, Atomics.wait',
      role: 'peer',
      goal: { timesFaster: 3.5 },
      prepare: async (count) => {
        const worker = handThread()
        const ports = new BlockingPorts(worker)
        return () => {
          let sum = 0
          for (const item of ports.take(worker, count)) sum += item.x
          return sum
        }
      },
    },
  ])
}

/** Objects of about 4 KiB, which go by the port in any case. */
export function nestedObjects(items: number): Path {
  return path('nested', `${items} nested objects of about 4 KiB from a thread`, items, [
    {
      name: 'postMessage, listener',
      role: 'floor',
      prepare: async (count) => {
        const worker = handThread()
        return async () => {
          worker.postMessage({ job: 'nested', count })
          let sum = 0
          await messagesOf<ReturnType<typeof nested>>(worker, count, ({ id }) => {
            sum += id
          })
          return sum
        }
      },
    },
    {
      name: 'await put, for await',
      role: 'ours',
      goal: { timesFloor: 1.4 },
      prepare: async (count) => {
        const { nestedProducer } = await import('./coroutines.js')
        const channel = nestedProducer()
        return async () => {
          await channel.put(count)
          return await sumOf(channel, count, ({ id }) => id)
        }
      },
    },
  ])
}

const ringFloor: Streamer = {
  name: '64-byte ring of numbers',
  role: 'floor',
  prepare: async (count) => {
    const worker = handThread()
    return () => {
      const ring = new SharedArrayBuffer(NumberRing.bytes)
      worker.postMessage({ job: 'ring', ring, count })
      const reader = new NumberRing(ring)
      let sum = 0
      for (let got = 0; got < count; ) {
        const value = reader.get()
        if (value === undefined) continue
        got++
        sum += value
      }
      return sum
    }
  },
}

function produced(name: string, which: 'producer' | 'unboundedProducer'): Streamer {
  return {
    name: `await put, for await; ${name}`,
    role: 'ours',
    prepare: async (count) => {
      const channel = (await import('./coroutines.js'))[which]()
      return async () => {
        await channel.put(count)
        return await sumOf(channel, count, ({ x }) => x)
      }
    },
  }
}

function posted(): Streamer {
  return {
    name: 'postMessage, listener',
    role: 'peer',
    prepare: async (count) => {
      const worker = handThread()
      return async () => {
        worker.postMessage({ job: 'points', count })
        let sum = 0
        await messagesOf<Point>(worker, count, ({ x }) => {
          sum += x
        })
        return sum
      }
    },
  }
}

async function sumOf<T>(
  source: AsyncIterable<T>,
  count: number,
  numberOf: (item: T) => number,
): Promise<number> {
  let [got, sum] = [0, 0]
  for await (const item of source) {
    sum += numberOf(item)
    if (++got === count) break
  }
  return sum
}

function path(name: string, title: string, items: number, contestants: readonly Streamer[]): Path {
  return timedPath<number>({
    name: `stream/${name}`,
    title,
    unit: 'item',
    items,
    judgedBy: 'wallUs',
    check: checkSum,
    contestants,
  })
}
