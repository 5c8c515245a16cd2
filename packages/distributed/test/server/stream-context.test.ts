import { currentTask, type Executor, inline, task } from '@conc/core'
import { connect, type LogRecord, serve, WorkerPool } from '@conc/distributed'
import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it } from 'vitest'
import { sayOften, tenant } from '../fixtures/saying.mjs'

const modules = [new URL('../fixtures/saying.mjs', import.meta.url)]

const executors: [name: string, make: () => Executor][] = [
  ['inline()', () => inline()],
  ['threads', () => new ThreadExecutor({ maxThreads: 1 })],
  ['a pool', () => new WorkerPool({ breadth: 1, modules })],
]

describe.each(executors)('a stream over a session of %s', (_name, make) => {
  it('runs in what came with it: variables, headers, the task that asked, the records', async () => {
    await using executor = make()
    await using server = await serve(executor)
    const records: LogRecord[] = []
    const onLog = (record: LogRecord): void => void records.push(record)
    await using session = await connect({ port: server.port, onLog })
    const ask = task(`stream-context/${executor.name}`, async () => {
      const items: string[] = []
      const headers = { trace: 'abc' }
      for await (const item of session.stream(sayOften, [2], { headers })) items.push(item)
      return { items, id: currentTask()?.id }
    })
    const { items, id } = await tenant.run('acme', () => ask.local())
    expect(items).toEqual([`acme abc ${id}`, `acme abc ${id}`])
    expect(records.map(({ message }) => message)).toEqual(['acme 0', 'acme 1'])
  })
})
