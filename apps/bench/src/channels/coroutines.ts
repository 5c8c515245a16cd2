import { coroutine, type LinkedChannel, type Self, type Start } from '@conc/channels'
import { move } from '@conc/core'
import { builtFile } from '../harness/built-file.js'
import { type Nested, nested, type Point, point } from './items.js'

// They wait for the next run for ever, which is no reason to stay.
const options = { module: builtFile(import.meta.url, 'coroutines.js'), daemon: true }
const bounded = { ...options, capacity: 1024 }

type Producer<T> = Start<[], void, number, T>

async function producePoints(this: Self<number, Point>): Promise<void> {
  for await (const count of this) {
    for (let i = 0; i < count; i++) await this.put(point(i))
  }
}

/** For each number that it gets, puts so many points. */
export const producer: Producer<Point> = coroutine('bench/producer', producePoints, bounded)
export const unboundedProducer: Producer<Point> = coroutine(
  'bench/unbounded-producer',
  producePoints,
  options,
)
export const blockingProducer: Producer<Point> = coroutine(
  'bench/blocking-producer',
  function (this: Self<number, Point>) {
    for (;;) {
      const count = this.getSync()
      for (let i = 0; i < count; i++) this.putSync(point(i))
    }
  },
  bounded,
)
export const nestedProducer: Producer<Nested> = coroutine(
  'bench/nested-producer',
  async function (this: Self<number, Nested>) {
    for await (const count of this) {
      for (let i = 0; i < count; i++) await this.put(nested(i))
    }
  },
  bounded,
)
/** Gets a number, then so many points; puts the sum of their `x`. */
export const consumer: Start<[], void, Point | number, number> = coroutine(
  'bench/consumer',
  async function (this: Self<Point | number, number>) {
    for (;;) {
      const count = (await this.get()) as number
      let [got, sum] = [0, 0]
      for await (const item of this) {
        sum += (item as Point).x
        if (++got === count) break
      }
      await this.put(sum)
    }
  },
  bounded,
)
export const echo: Start<[], void, Point, Point> = coroutine(
  'bench/echo',
  async function (this: Self<Point, Point>) {
    for await (const item of this) await this.put(item)
  },
  options,
)
export const blockingEcho: Start<[], void, number, number> = coroutine(
  'bench/blocking-echo',
  function (this: Self<number, number>) {
    for (;;) this.putSync(this.getSync())
  },
  options,
)
export const bytesEcho: Start<[], void, Uint8Array, Uint8Array> = coroutine(
  'bench/bytes-echo',
  async function (this: LinkedChannel<Uint8Array, Uint8Array>) {
    for await (const bytes of this) await this.put(move(bytes))
  },
  options,
)
