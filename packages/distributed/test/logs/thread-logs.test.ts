import { channels, type SubmitOptions, type Task } from '@conc/core'
import { connect, type LogRecord, printLogs, serve, WorkerPool } from '@conc/distributed'
import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it } from 'vitest'
import {
  aloud,
  babble,
  lastWords,
  onThread,
  outer,
  say,
  sayOdd,
  within,
} from '../fixtures/saying.mjs'

const modules = [new URL('../fixtures/saying.mjs', import.meta.url)]
const messages = (records: readonly LogRecord[]): string[] => records.map(({ message }) => message)

/** The records of this process from now on. */
function hearing(): Disposable & { readonly records: LogRecord[] } {
  const records: LogRecord[] = []
  const hear = (message: unknown): void => void records.push(message as LogRecord)
  channels.log.subscribe(hear)
  return { records, [Symbol.dispose]: () => void channels.log.unsubscribe(hear) }
}

/** One call on a thread of its own. */
async function onOneThread<A extends readonly unknown[]>(
  work: Task<A, unknown>,
  args: A,
  options: SubmitOptions = {},
): Promise<void> {
  await using threads = new ThreadExecutor({ maxThreads: 1, name: 'a thread' })
  await threads.submit(work, args, options)
}

describe('logger in a task on a thread', () => {
  it('speaks on the channel of the process, with executor, thread, process and task', async () => {
    using heard = hearing()
    await onOneThread(say, ['hello', { at: new Date(0) }])
    expect(messages(heard.records)).toEqual(['error hello', 'warn hello', 'info hello'])
    expect(heard.records[0]).toEqual({
      ts: expect.any(Number),
      level: 'error',
      pool: 'a thread',
      worker: expect.any(Number),
      pid: process.pid,
      task: 'saying/say',
      taskId: expect.any(String),
      message: 'error hello',
      fields: { at: new Date(0) },
      logger: 'saying',
    })
    expect(heard.records[0]?.worker).toBeGreaterThan(0)
  })

  it('says nothing where nobody listens, and as much as is wanted from then on', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1 })
    await threads.submit(say, ['unheard'])
    const lines: string[] = []
    const stream = { write: (text: string): unknown => lines.push(JSON.parse(text).message) }
    const stop = printLogs({ level: 'debug', format: 'json', stream })
    await threads.submit(say, ['all'])
    stop()
    using heard = hearing()
    await threads.submit(say, ['most'])
    expect(lines).toEqual(['error all', 'warn all', 'info all', 'debug all'])
    expect(messages(heard.records)).toEqual(['error most', 'warn most', 'info most'])
  })

  it('is tagged with the task that speaks, also in nested calls', async () => {
    using heard = hearing()
    await onOneThread(outer, ['x'])
    const said = heard.records.map(({ task, message }) => `${task}: ${message}`)
    expect(said).toEqual(['saying/plain: inner x', 'saying/outer: outer x'])
    expect(new Set(heard.records.map(({ taskId }) => taskId)).size).toBe(2)
  })

  it('arrives whatever its fields are, and before the end of its thread', async () => {
    using heard = hearing()
    await onOneThread(sayOdd, [])
    expect(heard.records[0]?.fields).toMatchObject({ fine: '1', fn: expect.any(String) })
    await expect(onOneThread(lastWords, [])).rejects.toMatchObject({ code: 'CONC_WORKER_LOST' })
    expect(heard.records.at(-1)).toMatchObject({ message: 'goodbye', task: 'saying/last-words' })
  })

  it('is counted where there is too much of it, and holds nothing up', async () => {
    using heard = hearing()
    await onOneThread(babble, [30_000])
    const { records } = heard
    const said = records.filter(({ message }) => message.startsWith('xxx')).length
    const dropped = records.flatMap(({ message }) => /^\d+(?= records were)/.exec(message) ?? [])
    expect(said + dropped.reduce((sum, text) => sum + Number(text), 0)).toBe(30_000)
    expect(messages(records.slice(-1))).toEqual(['last'])
  })

  it('leaves the console to the process', async () => {
    using heard = hearing()
    await onOneThread(aloud, ['x'])
    expect(messages(heard.records)).toEqual(['error x', 'warn x', 'info x'])
  })

  it('comes up from a pool of processes inside of the task', async () => {
    using heard = hearing()
    await onOneThread(within, ['from below'])
    const said = heard.records.filter(({ message }) => message === 'from below')
    expect(said).toMatchObject([{ pool: 'within', worker: 1, task: 'saying/plain' }])
    expect(said[0]?.pid).not.toBe(process.pid)
  })
})

describe('logger on a thread of a worker process', () => {
  it('speaks to the pool and the session whose call has led there, and its console too', async () => {
    const ofPool: LogRecord[] = []
    const ofSession: LogRecord[] = []
    const onLog = (record: LogRecord): void => void ofPool.push(record)
    await using pool = new WorkerPool({ breadth: 1, modules, onLog })
    await using server = await serve(pool)
    await using session = await connect({
      port: server.port,
      logLevel: 'debug',
      onLog: (record) => void ofSession.push(record),
    })
    await session.submit(onThread, ['deep'])
    const { workers } = await pool.stats()
    const ofThread = (records: readonly LogRecord[]): LogRecord[] =>
      records.filter(({ pool: name }) => name === 'threads')
    expect(messages(ofThread(ofPool))).toEqual([
      'printed deep',
      'error deep',
      'warn deep',
      'info deep',
    ])
    expect(messages(ofThread(ofSession))).toEqual([...messages(ofThread(ofPool)), 'debug deep'])
    const { pid } = workers[0] as { pid: number }
    expect(ofThread(ofPool)[0]).toMatchObject({ logger: 'console', task: 'saying/aloud', pid })
    expect(ofThread(ofPool)[1]).toMatchObject({ logger: 'saying', task: 'saying/say', pid })
  })
})

describe('logger on a thread behind a port', () => {
  it('speaks to the session that made the call, as much as that wants, before the result', async () => {
    await using threads = new ThreadExecutor({ maxThreads: 1, name: 'served' })
    await using server = await serve(threads)
    const said: LogRecord[] = []
    const { port } = server
    const onLog = (record: LogRecord): void => void said.push(record)
    await using one = await connect({ port, logLevel: 'debug', onLog })
    await using other = await connect({ port })
    await Promise.all([one.submit(say, ['x']), other.submit(say, ['y'])])
    expect(messages(said)).toEqual(['error x', 'warn x', 'info x', 'debug x'])
    expect(said[0]).toMatchObject({ pool: 'served', pid: process.pid, task: 'saying/say' })
    expect(said[3]?.src).toMatch(/saying\.mjs:\d+$/)
    said.length = 0
    await one.submit(outer, ['nested'])
    expect(messages(said)).toEqual(['inner nested', 'outer nested'])
  })
})
