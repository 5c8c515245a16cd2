import { coroutine, duplex, go, type LinkedChannel, ref, self, threadCache } from '@conc/channels'
import { task } from '@conc/core'
import { afterAll, describe, expect, it } from 'vitest'
import { all } from './all.js'
import * as remote from './fixtures/coroutines.mjs'

const fixtures = new URL('./fixtures/coroutines.mjs', import.meta.url)

afterAll(() => threadCache.drain())

describe('a coroutine', { timeout: 30_000 }, () => {
  it('puts into the channel that its start gave', async () => {
    expect(await remote.fibonacci(10).get()).toBe(55)
    expect(self()).toBeUndefined()
    expect(coroutine.self()).toBeUndefined()
  })

  it('gets what its caller puts, until the caller closes', async () => {
    const twice = remote.doubler()
    await twice.put(21)
    expect(await twice.get()).toBe(42)
    twice.closeWrite()
    expect(await twice.recv()).toEqual({ ok: false, value: undefined })
    await twice.done
    expect(twice.alive()).toBe(false)
  })

  it('does so without an event loop', async () => {
    const twice = remote.syncDoubler()
    void twice.put(4)
    expect(await twice.get()).toBe(8)
    void twice.put(undefined)
    expect(await twice.done).toBe('done')
  })

  it.each([
    ['an async loop', remote.count],
    ['a sync loop', remote.countSync],
    ['a small capacity', remote.countTight],
    ['no capacity', remote.countUnbuffered],
    ['a generator', remote.generated],
  ])('delivers all items of %s in order', async (_, begin) => {
    const items = await all(begin(500))
    expect(items).toEqual(Array.from({ length: 500 }, (_, index) => index))
  })

  it('is never further ahead than the capacity', async () => {
    const made = remote.countTight(10)
    expect(await made.get()).toBe(0)
    expect(made.size).toBeLessThanOrEqual(2)
    expect(await all(made)).toHaveLength(9)
  })

  it('resolves done with what the body or generator returned', async () => {
    const made = remote.generated(2)
    expect(await all(made)).toEqual([0, 1])
    expect(await made.done).toBe('end')
  })

  it('copies arguments and items', async () => {
    const values = [1n, { a: [undefined, null] }, new Map([[1, new Date(0)]]), 'ä']
    const made = remote.echo(...values)
    expect(await made.get()).toEqual(values)
    await made.put(values)
    expect(await made.get()).toEqual(values)
    made.close()
  })

  it('passes context variables on', async () => {
    expect(await remote.tenant.run('acme', () => remote.tenantOf().done)).toBe('acme')
  })

  it('that is a task sees the headers of its caller, and runs its own calls in its thread', async () => {
    const caller = task('channels-test/caller', async () => await go(remote.context)('item').done)
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
    const seen = await caller.with({ headers })()
    expect(seen).toMatchObject({ headers, ambient: undefined, aborted: false })
  })

  it('starts others', async () => {
    expect(await remote.nested(5).done).toBe(5)
  })

  it('lives on in its thread while others that it started run', async () => {
    const [mine, yours] = duplex<number>()
    expect(await remote.launcher(yours as LinkedChannel<unknown, unknown>).done).toBe('launched')
    await mine.put(1)
    expect(await mine.get()).toBe(2)
    mine.close()
  })

  it('is a declared task, or any export', async () => {
    const made = go(remote.context)('first')
    expect(await made.get()).toBe('first')
    expect(await made.done).toMatchObject({ name: 'channels-test/context', aborted: false })
    const product = go(ref<typeof remote.exported>(fixtures, 'exported'))(2, 3)
    expect(await product.get()).toBe(5)
    expect(await product.done).toBe(6)
  })
})
