import { type Executor, inline, limit } from '@conc/core'
import { connect, serve, WorkerPool } from '@conc/distributed'
import { Pool } from '@conc/pool'
import { TaskPool } from '@conc/taskpool'
import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it } from 'vitest'
import { descent, streamedDescent } from './fixtures/tasks.mjs'

const modules = [new URL('./fixtures/tasks.mjs', import.meta.url)]

/** Each with one slot; those behind them have more. */
const makers: [string, () => Executor][] = [
  ['inline', () => inline()],
  ['a limit', () => limit(inline(), 1)],
  ['a limit in a limit', () => limit(limit(inline(), 1), 1)],
  ['a Pool', () => new Pool({ size: 1 })],
  ['a TaskPool', () => new TaskPool({ poolSize: 1 })],
  [
    'a Pool of threads',
    () => new Pool({ size: 1, executor: new ThreadExecutor({ maxThreads: 1 }) }),
  ],
  [
    'a Pool of processes',
    () => new Pool({ size: 1, executor: new WorkerPool({ breadth: 1, modules }) }),
  ],
  ['threads', () => new ThreadExecutor({ maxThreads: 1 })],
  ['processes', () => new WorkerPool({ breadth: 1, concurrency: 1, modules })],
]

describe.each(makers)('a body that calls its own server, which serves %s', (_, make) => {
  it('lends its slot to that call, at any depth', async () => {
    await using executor = make()
    await using server = await serve(executor)
    await using session = await connect({ port: server.port })
    expect(await session.submit(descent, [server.port, 4])).toBe(4)
    expect(executor.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('and to that stream', async () => {
    await using executor = make()
    await using server = await serve(executor)
    await using session = await connect({ port: server.port })
    const items: number[] = []
    for await (const item of session.stream(streamedDescent, [server.port, 3])) items.push(item)
    expect(items).toEqual([0, 1, 2, 3])
  })

  it('goes before what waits for a slot', async () => {
    await using executor = make()
    await using server = await serve(executor)
    await using session = await connect({ port: server.port })
    const calls = [3, 0, 2].map((left) => session.submit(descent, [server.port, left]))
    expect(await Promise.all(calls)).toEqual([3, 0, 2])
  })
})

describe('a body that calls its own server, where nothing may wait', () => {
  it('is called back all the same', async () => {
    await using pool = new Pool({ size: 1, queueLimit: 0 })
    await using server = await serve(pool)
    await using session = await connect({ port: server.port })
    expect(await session.submit(descent, [server.port, 3])).toBe(3)
    const items: number[] = []
    for await (const item of session.stream(streamedDescent, [server.port, 3])) items.push(item)
    expect(items).toEqual([0, 1, 2, 3])
  })
})
