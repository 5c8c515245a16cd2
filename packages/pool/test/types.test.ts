import { type Settled, type Task, task } from '@conc/core'
import { describe, expectTypeOf, it } from 'vitest'
import { iterWait, type Pool, type TaskFailure, type TaskHandle } from '../src/index.js'

declare const pool: Pool
declare const declared: Task<[path: string, width: number], Promise<Uint8Array>>
declare const bare: Task<[], number>

/** Never called: what the compiler says is the test. */
function types(): void {
  const fn = async (): Promise<number> => 1
  expectTypeOf(pool.spawn(fn)).toEqualTypeOf<Promise<TaskHandle<number>>>()
  expectTypeOf(pool.spawnN(() => 'text')).toEqualTypeOf<TaskHandle<string>>()
  expectTypeOf(pool.exec(fn)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(pool.exec(fn, { timeoutMs: 5 })).toEqualTypeOf<Promise<number>>()

  const cb = (value: number | undefined, failure: TaskFailure | undefined, ctx: Date) =>
    failure ? 'failed' : `${value} ${ctx.toISOString()}`
  expectTypeOf(pool.exec(fn, { cb, ctx: new Date() })).toEqualTypeOf<Promise<string>>()
  expectTypeOf(pool.exec(fn, { cb: async (n) => [n] })).toEqualTypeOf<
    Promise<(number | undefined)[]>
  >()
  // @ts-expect-error: the callback wants a Date
  void pool.exec(fn, { cb, ctx: 'text' })

  expectTypeOf(pool.map(fn, [1])).toEqualTypeOf<Promise<(number | Error)[]>>()
  expectTypeOf(pool.map(fn, [1], { results: 'values' })).toEqualTypeOf<Promise<number[]>>()
  expectTypeOf(pool.map(fn, [1], { results: 'settled' })).toEqualTypeOf<
    Promise<Settled<number>[]>
  >()
  expectTypeOf(pool.map(fn, [1], { results: (handle) => handle.id })).toEqualTypeOf<
    Promise<number[]>
  >()
  expectTypeOf(pool.mapN((item: string) => item.length, ['a'])).toEqualTypeOf<
    TaskHandle<number>[]
  >()
  // @ts-expect-error: a number is no string
  void pool.map((item: string) => item, [1])

  expectTypeOf(pool.iterMap(fn, [1])).toEqualTypeOf<
    AsyncGenerator<number | Error, void, undefined>
  >()
  expectTypeOf(pool.iterMap(fn, [1], { results: 'values', flat: false })).toEqualTypeOf<
    AsyncGenerator<number[], void, undefined>
  >()
  expectTypeOf(iterWait([pool.spawnN(fn)], { results: 'handle' })).toEqualTypeOf<
    AsyncGenerator<TaskHandle<number>, void, undefined>
  >()

  expectTypeOf(pool.exec(declared, { args: ['a', 1] })).toEqualTypeOf<Promise<Uint8Array>>()
  expectTypeOf(pool.spawnN(bare, {})).toEqualTypeOf<TaskHandle<number>>()
  expectTypeOf(pool.exec(bare)).toEqualTypeOf<Promise<number>>()
  expectTypeOf(pool.submit(declared, ['a', 1])).toEqualTypeOf<Promise<Uint8Array>>()
  // @ts-expect-error: width is a number
  void pool.exec(declared, { args: ['a', 'b'] })
  const one = task('pool-test/one', async (path: string) => path.length)
  expectTypeOf(pool.map(one, ['a'], { results: 'values' })).toEqualTypeOf<Promise<number[]>>()

  const handle = pool.spawnN(fn)
  void pool.cancel(
    handle,
    pool.spawnN(() => 'x'),
  )
  void pool.cancel({ reason: 'x', handles: [handle], results: 'settled' })
}

describe('types', () => {
  it('are checked by the compiler', () => {
    expectTypeOf(types).toBeFunction()
  })
})
