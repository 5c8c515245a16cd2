import { channels, type Executor, inline, task } from '@conc/core'
import { connect, type LogRecord, type Session, serve, WorkerPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { outer, say, sayPlain } from '../fixtures/saying.mjs'

const modules = [new URL('../fixtures/saying.mjs', import.meta.url)]
const messages = (records: readonly LogRecord[]): string[] => records.map(({ message }) => message)

async function listening(
  executor: Executor,
  options: { readonly logLevel?: 'debug' } = {},
): Promise<AsyncDisposable & { readonly session: Session; readonly records: LogRecord[] }> {
  const server = await serve(executor)
  const records: LogRecord[] = []
  const onLog = (record: LogRecord): void => void records.push(record)
  const session = await connect({ port: server.port, onLog, ...options })
  const end = async (): Promise<void> => {
    await session.close()
    await server.close()
  }
  return { session, records, [Symbol.asyncDispose]: end }
}

describe('a session with onLog', () => {
  it('is told what its own tasks say, with those that they call, before their results', async () => {
    await using pool = new WorkerPool({ breadth: 1, modules })
    await using one = await listening(pool)
    await using other = await listening(pool)
    await Promise.all([one.session.submit(outer, ['one']), other.session.submit(say, ['other'])])
    expect(messages(one.records)).toEqual(['inner one', 'outer one'])
    expect(messages(other.records)).toEqual(['error other', 'warn other', 'info other'])
    expect(one.records[0]).toMatchObject({ pool: pool.name, worker: 1, task: 'saying/plain' })
  })

  it('is told more than the pool tells, where it asks for more, of its own tasks only', async () => {
    const ofPool: LogRecord[] = []
    const onLog = (record: LogRecord): void => void ofPool.push(record)
    await using pool = new WorkerPool({ breadth: 1, modules, logLevel: 'warn', onLog })
    await using all = await listening(pool, { logLevel: 'debug' })
    await all.session.submit(say, ['x'])
    await pool.submit(say, ['y'])
    expect(messages(all.records)).toEqual(['error x', 'warn x', 'info x', 'debug x'])
    expect(all.records[3]?.src).toMatch(/saying\.mjs:\d+$/)
    const said = messages(ofPool.filter(({ task }) => task !== undefined))
    expect(said).toEqual(['error x', 'warn x', 'error y', 'warn y'])
  })

  it('is told by tasks in the process of the server, and through another server', async () => {
    await using here = await listening(inline())
    await here.session.submit(outer, ['here'])
    expect(messages(here.records)).toEqual(['inner here', 'outer here'])
    await using pool = new WorkerPool({ breadth: 1, modules })
    await using middle = await serve(pool)
    await using relay = await connect({ port: middle.port })
    await using far = await listening(relay)
    await far.session.submit(sayPlain, ['from afar'])
    expect(messages(far.records)).toEqual(['from afar'])
  })

  it('is told by what a task in the process of the server has others do, once and as much as it asked for', async () => {
    const ofPool: LogRecord[] = []
    const onLog = (record: LogRecord): void => void ofPool.push(record)
    await using pool = new WorkerPool({ breadth: 1, modules, logLevel: 'warn', onLog })
    await using middle = await serve(pool)
    const ofMiddle: LogRecord[] = []
    await using session = await connect({
      port: middle.port,
      logLevel: 'error',
      onLog: (record) => ofMiddle.push(record),
    })
    const byPool = task('session-logs/by-pool', () => say.on(pool)('x'))
    const bySession = task('session-logs/by-session', () => say.on(session)('y'))
    await using far = await listening(inline(), { logLevel: 'debug' })
    await far.session.submit(byPool, [])
    await far.session.submit(bySession, [])
    const levels = ['error', 'warn', 'info', 'debug']
    const each = (text: string, count = 4): string[] =>
      levels.slice(0, count).map((level) => `${level} ${text}`)
    expect(messages(far.records)).toEqual([...each('x'), ...each('y')])
    expect(messages(ofMiddle)).toEqual(each('y', 1))
    const said = messages(ofPool.filter(({ task: name }) => name !== undefined))
    expect(said).toEqual([...each('x', 2), ...each('y', 2)])
  })

  it('goes on where onLog throws', async () => {
    await using pool = new WorkerPool({ breadth: 1, modules })
    await using server = await serve(pool)
    const onLog = (): void => {
      throw new Error('no')
    }
    await using session = await connect({ port: server.port, onLog })
    await session.submit(outer, ['x'])
    expect(session.state).toBe('open')
  })
})

describe('a session without', () => {
  it('asks for nothing, and is sent nothing', async () => {
    await using pool = new WorkerPool({ breadth: 1, modules })
    await using server = await serve(pool)
    const heard: string[] = []
    const hear = (message: unknown): void => void heard.push((message as LogRecord).message)
    channels.log.subscribe(hear)
    await using silent = await connect({ port: server.port })
    await silent.submit(sayPlain, ['once'])
    await using asking = await connect({ port: server.port, logLevel: 'info' })
    await asking.submit(sayPlain, ['twice'])
    channels.log.unsubscribe(hear)
    // The pool is in this process too, and says each once.
    expect(heard.filter((message) => message === 'once')).toHaveLength(1)
    expect(heard.filter((message) => message === 'twice')).toHaveLength(2)
  })

  it('refuses options that are none', () => {
    expect(() => connect({ port: 1, logLevel: 'loud' as never })).toThrow(/`logLevel`/)
    expect(() => connect({ port: 1, onLog: 1 as never })).toThrow(/`onLog`/)
  })
})
