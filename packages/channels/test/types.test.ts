import { type Task, task } from '@conc/core'
import { describe, expectTypeOf, it } from 'vitest'
import { coroutine, go, type Self, type ThreadChannel } from '../src/index.js'

describe('the types of a start', () => {
  it('are those of `this`', () => {
    const doubler = coroutine('types/doubler', async function (this: Self<number, string>) {
      for await (const n of this) await this.put(String(n))
      return true
    })
    expectTypeOf(doubler).toEqualTypeOf<() => ThreadChannel<number, string, boolean>>()
  })

  it('are what a generator yields and returns', () => {
    const lines = coroutine('types/lines', function* (text: string) {
      yield* text.split('\n')
      return 5
    })
    expectTypeOf(lines).toEqualTypeOf<(text: string) => ThreadChannel<unknown, string, number>>()

    const upTo: Task<[n: number], AsyncGenerator<number, void>> = task(
      'types/up-to',
      async function* (n: number) {
        yield n
      },
    )
    expectTypeOf(go(upTo)(3)).toEqualTypeOf<ThreadChannel<unknown, number, void>>()
  })

  it('are what `this` says where a generator has one', () => {
    const echo = coroutine('types/echo', async function* (this: Self<string, string | null>) {
      yield await this.get()
    })
    expectTypeOf(echo).toEqualTypeOf<() => ThreadChannel<string, string | null, void>>()
  })

  it('are unknown where nothing says what is put', () => {
    const length = go(async (text: string) => text.length)
    expectTypeOf(length).toEqualTypeOf<(text: string) => ThreadChannel<unknown, unknown, number>>()
  })
})
