import { type Level, type LogRecord, WorkerPool, type WorkerPoolOptions } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import {
  babble,
  lastWords,
  outer,
  print,
  say,
  sayOdd,
  sayPlain,
  secretive,
  within,
} from '../fixtures/saying.mjs'
import { exit } from '../fixtures/tasks.mjs'

/** A pool with the records that its `onLog` was told. */
function telling(options: WorkerPoolOptions = {}): { pool: WorkerPool; records: LogRecord[] } {
  const records: LogRecord[] = []
  const onLog = (record: LogRecord): void => void records.push(record)
  return { pool: new WorkerPool({ breadth: 1, onLog, ...options }), records }
}

const ofTasks = (records: readonly LogRecord[]): LogRecord[] =>
  records.filter(({ logger, task }) => logger !== 'console' && task !== undefined)

describe('logger in a task', () => {
  it('has the task, its id, the pool, the worker and the process along', async () => {
    const { pool, records } = telling()
    await using _ = pool
    await pool.submit(say, ['hello', { count: 1n, at: new Date(0) }])
    const { workers } = await pool.stats()
    expect(ofTasks(records).map(({ level, message }) => [level, message])).toEqual([
      ['error', 'error hello'],
      ['warn', 'warn hello'],
      ['info', 'info hello'],
    ])
    expect(ofTasks(records)[0]).toEqual({
      ts: expect.any(Number),
      level: 'error',
      pool: pool.name,
      worker: 1,
      pid: workers[0]?.pid,
      task: 'saying/say',
      taskId: expect.stringMatching(new RegExp(`^${pool.id}-`)),
      message: 'error hello',
      fields: { count: 1n, at: new Date(0) },
      logger: 'saying',
    })
  })

  it('tells as much as logLevel asks for, and the place at debug', async () => {
    for (const [logLevel, count] of [
      ['off', 0],
      ['warn', 2],
      ['debug', 4],
    ] as [Level, number][]) {
      const { pool, records } = telling({ logLevel })
      await using _ = pool
      await pool.submit(say, ['x'])
      const said = ofTasks(records).filter(({ logger }) => logger === 'saying')
      expect(said).toHaveLength(count)
      const src = logLevel === 'debug' ? expect.stringMatching(/saying\.mjs:\d+$/) : undefined
      for (const one of said) expect(one.src).toEqual(src)
    }
  })

  it('is tagged with the task that speaks, also in nested calls', async () => {
    const { pool, records } = telling()
    await using _ = pool
    await Promise.all([pool.submit(outer, ['a']), pool.submit(outer, ['b'])])
    const said = ofTasks(records).map(({ task, message }) => `${task}: ${message}`)
    expect(said.sort()).toEqual([
      'saying/outer: outer a',
      'saying/outer: outer b',
      'saying/plain: inner a',
      'saying/plain: inner b',
    ])
    expect(new Set(ofTasks(records).map(({ taskId }) => taskId)).size).toBe(4)
  })

  it('arrives whatever its fields are, and before the end of its process', async () => {
    const { pool, records } = telling()
    await using _ = pool
    await pool.submit(sayOdd, [])
    expect(ofTasks(records)[0]?.fields).toMatchObject({ fine: '1', fn: expect.any(String) })
    await expect(pool.submit(lastWords, [])).rejects.toMatchObject({ exitCode: 3 })
    expect(records.find(({ message }) => message === 'goodbye')).toMatchObject({ level: 'info' })
  })

  it('is counted where there is too much of it, and holds nothing up', async () => {
    const { pool, records } = telling()
    await using _ = pool
    await pool.submit(babble, [100_000])
    const said = records.filter(({ message }) => message.startsWith('xxx')).length
    const dropped = records.flatMap(
      ({ message }) => /^\d+(?= records were dropped)/.exec(message) ?? [],
    )
    expect(said + dropped.reduce((sum, text) => sum + Number(text), 0)).toBe(100_000)
    expect(records.find(({ message }) => message === 'last')).toMatchObject({
      task: 'saying/babble',
    })
  })

  it('comes up through a pool inside of a task', async () => {
    const { pool, records } = telling()
    await using _ = pool
    await pool.submit(within, ['from below'])
    const said = records.filter(({ message }) => message === 'from below')
    expect(said).toMatchObject([{ pool: 'within', task: 'saying/plain' }])
  })
})

describe('console', () => {
  it('makes records with the task that prints, and untagged ones of raw writes', async () => {
    const { pool, records } = telling({ logLevel: 'debug' })
    await pool.submit(print, ['x'])
    await pool.close()
    const printed = records.filter(({ logger }) => logger === 'console')
    const ofPrint = printed.filter(({ task }) => task === 'saying/print')
    expect(ofPrint.map(({ level, message }) => [level, message.split('\n')[0]])).toEqual([
      ['info', 'log x'],
      ['debug', 'debug x'],
      ['error', 'RangeError: an error'],
      ['warn', 'two'],
      ['info', expect.stringContaining('┌')],
    ])
    const untagged = printed.filter(({ task }) => task === undefined)
    expect(untagged.map(({ level, message }) => [level, message])).toEqual(
      expect.arrayContaining([
        ['info', 'imported'],
        ['info', 'raw out'],
        ['warn', 'raw err'],
      ]),
    )
    for (const { worker, pid } of printed) expect([worker, typeof pid]).toEqual([1, 'number'])
  })

  it('makes none with inherit and silent', async () => {
    const { pool, records } = telling({ console: 'silent' })
    await pool.submit(print, ['x'])
    await pool.close()
    expect(records.filter(({ logger }) => logger === 'console')).toEqual([])
  })
})

describe('records of the pool', () => {
  it('tell its life and that of its workers at info', async () => {
    const { pool, records } = telling({ maxTasksPerWorker: 1 })
    await pool.submit(sayPlain, ['x'])
    await pool.close()
    const own = records.filter(({ task, logger }) => task === undefined && logger === undefined)
    expect(own.map(({ message }) => message.replace(/\d+/, 'N'))).toEqual(
      expect.arrayContaining(['ready, pid N', 'open', 'is replaced', 'closed']),
    )
    expect(own.every(({ level, pool: name }) => level === 'info' && name === pool.name)).toBe(true)
  })

  it('tell each state of a call with its times at debug, and never an argument or a result', async () => {
    const { pool, records } = telling({ logLevel: 'debug' })
    await pool.submit(secretive, ['hunter2-secret'])
    await expect(pool.submit(secretive, ['hunter2-secret', true])).rejects.toThrow('it failed')
    await pool.close()
    const states = records.filter(({ task }) => task === 'saying/secretive')
    expect(states.slice(0, 4)).toMatchObject([
      { message: 'accepted' },
      { message: 'assigned', worker: 1, fields: { waitedMs: expect.any(Number) } },
      { message: 'started', fields: { waitedMs: expect.any(Number) } },
      { message: 'settled', fields: { ranMs: expect.any(Number), outcome: 'ok' } },
    ])
    expect(states.at(-1)).toMatchObject({ message: 'settled', fields: { outcome: 'body' } })
    expect(JSON.stringify(records)).not.toContain('hunter2')
  })

  it('warn of a lost worker once for each cause and minute', async () => {
    const { pool, records } = telling({ respawn: { minMs: 1 } })
    await expect(pool.submit(exit, [3])).rejects.toMatchObject({ exitCode: 3 })
    await expect(pool.submit(exit, [3])).rejects.toMatchObject({ exitCode: 3 })
    await expect(pool.submit(exit, [4])).rejects.toMatchObject({ exitCode: 4 })
    await pool.close()
    const lost = records.filter(({ message }) => message.startsWith('lost'))
    expect(lost.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'lost: exit 3'],
      ['warn', 'lost: exit 4'],
    ])
  })

  it('go on where onLog throws', async () => {
    const warnings: string[] = []
    const hear = ({ message }: Error): void => void warnings.push(message)
    process.on('warning', hear)
    const { pool } = telling({
      onLog: () => {
        throw new Error('no log today')
      },
    })
    expect(await pool.submit(secretive, ['abc'])).toBe(3)
    await pool.close()
    await new Promise(setImmediate)
    process.off('warning', hear)
    expect(warnings.join()).toContain(`onLog of '${pool.name}' threw: Error: no log today`)
  })
})
