import {
  connect,
  type LogRecord,
  serve,
  WorkerPool,
  type WorkerPoolOptions,
} from '@conc/distributed'
import { describe, expect, it, vi } from 'vitest'
import { exit } from '../fixtures/tasks.mjs'

const authkey = 'a key of the right length'
const modules = [new URL('../fixtures/tasks.mjs', import.meta.url)]

/** The records of a pool, without those of its tasks and with ports and ids made alike. */
class Heard {
  readonly records: LogRecord[] = []
  readonly onLog = (record: LogRecord): void => void this.records.push(record)

  about(text: string): LogRecord[] {
    return this.records.filter(({ message }) => message.includes(text))
  }
}

/** A pool that listens by itself, and one that is put on a port. */
const ways: [how: string, options: WorkerPoolOptions][] = [
  ['a pool with a port', { port: 0, authkey }],
  ['a served pool', {}],
]

describe.each(ways)('the log of %s', (_how, options) => {
  it('has the life of its sessions, at debug', async () => {
    const heard = new Heard()
    const { onLog } = heard
    await using pool = new WorkerPool({ breadth: 1, modules, ...options, logLevel: 'debug', onLog })
    await pool.start()
    await using server = pool.server ?? (await serve(pool, { authkey }))
    const session = await connect({ port: server.port, authkey })
    await session.close()
    await vi.waitFor(() => expect(heard.about('session closed')).toHaveLength(1))
    expect(heard.about('session')).toMatchObject([
      { level: 'debug', pool: pool.name, pid: process.pid, message: 'session open' },
      { level: 'debug', pool: pool.name, message: 'session closed' },
    ])
    expect(heard.about('session')[0]?.fields).toMatchObject({ address: expect.any(String) })
  })

  it('has who was refused, and workers that die under its calls', async () => {
    const heard = new Heard()
    const { onLog } = heard
    await using pool = new WorkerPool({ breadth: 1, modules, ...options, onLog })
    await pool.start()
    await using server = pool.server ?? (await serve(pool, { authkey }))
    const { port } = server
    await expect(connect({ port, authkey: 'a wrong one of any length' })).rejects.toThrow()
    await using session = await connect({ port, authkey })
    await expect(session.submit(exit, [1])).rejects.toMatchObject({ code: 'CONC_WORKER_LOST' })
    expect(heard.about('refused')).toMatchObject([
      { level: 'warn', pool: pool.name, message: expect.stringMatching(/did not prove the key/) },
    ])
    expect(heard.about('lost')).toMatchObject([{ level: 'warn', worker: 1, pool: pool.name }])
    expect(heard.about('session')).toEqual([])
    for (const { message, fields } of heard.records) {
      expect(`${message} ${JSON.stringify(fields)}`).not.toContain(authkey)
    }
  })
})

describe('a pool whose key can be guessed', () => {
  it('says so in its log, and nothing with logLevel off', async () => {
    for (const [logLevel, count] of [
      ['info', 1],
      ['off', 0],
    ] as const) {
      const heard = new Heard()
      const { onLog } = heard
      const key = { port: 0, authkey: 'x' }
      await using pool = new WorkerPool({ breadth: 1, ...key, logLevel, onLog })
      await pool.start()
      expect(heard.about('can be guessed')).toHaveLength(count)
    }
  })
})
