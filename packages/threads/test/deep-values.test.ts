import { ThreadExecutor } from '@conc/threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deep, deepStream, measure, nestedDeep, thread } from './fixtures/tasks.mjs'

// A thread has four times the stack of this one, so it can send what cannot be read here.
const tooDeepHere = 8000

function nested(depth: number): unknown {
  let value: unknown[] = []
  for (let level = 1; level < depth; level++) value = [value]
  return value
}

describe('a value too deep for the stack', () => {
  let threads: ThreadExecutor
  let before: number
  beforeAll(async () => {
    threads = new ThreadExecutor({ maxThreads: 1 })
    before = await threads.submit(thread, [])
  })
  afterAll(async () => {
    expect(await threads.submit(thread, [])).toBe(before)
    await threads.close()
  })

  it('of the caller is an argument that cannot be sent', async () => {
    await expect(threads.submit(measure, [nested(20_000)])).rejects.toMatchObject({
      code: 'CONC_SERIALIZATION',
      path: 'args',
      started: false,
    })
    expect(await threads.submit(measure, [nested(500)])).toBe(500)
  })

  it('of the caller is a result that cannot be read', async () => {
    await expect(threads.submit(deep, [tooDeepHere])).rejects.toMatchObject({
      code: 'CONC_SERIALIZATION',
      path: 'result',
      task: 'threads/deep',
      started: true,
    })
    expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('of the thread is an argument that cannot be read', async () => {
    await using small = new ThreadExecutor({
      maxThreads: 1,
      resourceLimits: { stackSizeMb: 0.5 },
    })
    const [id, call] = [await small.submit(thread, []), small.submit(measure, [nested(3000)])]
    await expect(call).rejects.toMatchObject({
      code: 'CONC_SERIALIZATION',
      path: 'args',
      started: false,
    })
    expect(await small.submit(thread, [])).toBe(id)
    expect(small.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('of the caller does not pass between threads either', async () => {
    expect(await threads.submit(nestedDeep, [tooDeepHere])).toEqual([
      ['CONC_SERIALIZATION', 'args'],
      ['CONC_SERIALIZATION', 'result'],
    ])
  })

  it('of the caller ends a stream', async () => {
    const items = threads.stream(deepStream, [tooDeepHere])
    await expect(
      (async () => {
        for await (const item of items) expect(item).toBeInstanceOf(Array)
      })(),
    ).rejects.toMatchObject({ code: 'CONC_SERIALIZATION', path: 'item' })
  })
})
