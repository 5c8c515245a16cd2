import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { getResult, iterWait, Pool, TaskNotSettledError } from '../src/index.js'

describe('iterWait', () => {
  it('yields what is done and what will be, of any pool', async () => {
    const gate = deferred<string>()
    const one = new Pool().spawnN(() => 'one')
    await one.settled
    const two = new Pool().spawnN(() => gate.promise)
    const items = iterWait([two, one], { yieldWhen: 'first' })
    expect((await items.next()).value).toBe('one')
    gate.resolve('two')
    expect((await items.next()).value).toBe('two')
    expect((await items.next()).done).toBe(true)
  })

  it('gives arrays, and nothing of nothing', async () => {
    const handles = new Pool().mapN((n) => n, [1, 2])
    const rounds: unknown[] = []
    for await (const round of iterWait(handles, { flat: false, results: 'settled' }))
      rounds.push(round)
    expect(rounds).toEqual([
      [
        { status: 'fulfilled', value: 1 },
        { status: 'fulfilled', value: 2 },
      ],
    ])
    expect((await iterWait([], { flat: false }).next()).done).toBe(true)
  })

  it("cancels the other tasks at the first failure with 'values'", async () => {
    const pool = new Pool(1)
    const failing = pool.spawnN(() => Promise.reject(new Error('x')))
    const waiting = pool.spawnN(() => 1)
    const items = iterWait([waiting, failing], { results: 'values' })
    await expect(items.next()).rejects.toThrow('x')
    expect(waiting.status).toBe('cancelled')
  })
})

describe('getResult', () => {
  it('reads handles that are done, and no others', async () => {
    const pool = new Pool()
    const good = pool.spawnN(() => 1)
    const bad = pool.spawnN(() => Promise.reject('text'))
    for (const read of Object.values(getResult)) {
      expect(() => read(good as never)).toThrow(TaskNotSettledError)
    }
    await pool.join()
    expect(getResult.flat(good)).toBe(1)
    expect(getResult.flat(bad)).toMatchObject({ cause: 'text' })
    expect(getResult.pair(good)).toEqual([1, undefined])
    expect(getResult.pair(bad)).toMatchObject([undefined, { cause: 'text' }])
    expect(getResult.settled(good)).toEqual({ status: 'fulfilled', value: 1 })
    expect(getResult.settled(bad)).toEqual({ status: 'rejected', reason: 'text' })
    expect(getResult.value(good)).toBe(1)
    expect(() => getResult.value(bad)).toThrow('text')
    expect(getResult.handle(bad)).toBe(bad)
  })

  it('wraps what is no Error, whatever it is', async () => {
    const mute = Object.create(null)
    const handle = new Pool().spawnN(() => Promise.reject(mute))
    await handle.settled
    expect(getResult.flat(handle)).toMatchObject({
      message: 'A task threw object: an object without a text',
      cause: mute,
    })
  })
})
