import { channels } from '@conc/core'
import { type LogRecord, logger, printLogs } from '@conc/distributed'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { OncePerMinute } from '../../src/logs/once-per-minute.js'

const record: LogRecord = {
  ts: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
  level: 'warn',
  pool: 'pool-1',
  worker: 3,
  pid: 77,
  task: 'images/resize',
  taskId: 'ab-5',
  message: 'too large',
  fields: { path: 'a.png', text: 'two words', size: 12n, cause: new RangeError('no') },
  logger: 'images',
  src: 'src/tasks.ts:7',
}

/** What `printLogs` writes for these records. */
function printed(
  records: readonly LogRecord[],
  options: Parameters<typeof printLogs>[0] = {},
  isTTY = false,
): string[] {
  const lines: string[] = []
  const stop = printLogs({ ...options, stream: { write: (text) => lines.push(text), isTTY } })
  for (const one of records) channels.log.publish(one)
  stop()
  channels.log.publish(record)
  return lines
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('printLogs', () => {
  it('writes a line for people: time, level, where, what', () => {
    expect(printed([record])).toEqual([
      '03:04:05.006 warn pool-1 w3 images/resize ab-5 [images] too large ' +
        'path=a.png text="two words" size=12n cause="RangeError: no" src/tasks.ts:7\n',
    ])
  })

  it('writes a line of JSON, also of what JSON has no word for', () => {
    const [line = ''] = printed([record], { format: 'json' })
    expect(JSON.parse(line)).toMatchObject({
      ts: new Date(record.ts).toISOString(),
      level: 'warn',
      pid: 77,
      task: 'images/resize',
      fields: { path: 'a.png', size: { $bigint: '12' } },
    })
    const [odd = ''] = printed([{ ...record, fields: { fn: () => 1 } }], { format: 'json' })
    expect(JSON.parse(odd)).toMatchObject({ message: 'too large', fields: expect.any(String) })
  })

  it('has colours on a terminal only, and none with NO_COLOR', () => {
    vi.stubEnv('NO_COLOR', '')
    expect(printed([record], {}, true)[0]).toContain('\u001b[33mwarn\u001b[0m')
    expect(printed([record], {}, false)[0]).not.toContain('\u001b')
    expect(printed([record], { format: 'json' }, true)[0]).not.toContain('\u001b')
    vi.stubEnv('NO_COLOR', '1')
    expect(printed([record], {}, true)[0]).not.toContain('\u001b')
  })

  it('lets nothing through that a terminal would obey, and keeps lines of one record together', () => {
    const message = 'first\n\u001b[2Jsecond\r\u0007'
    const [line] = printed([{ ...record, message, fields: {}, task: 'x\u001b[1A' }])
    expect(line).toContain('first\n    [2Jsecond')
    for (const sign of ['\u001b', '\r', '\u0007']) expect(line).not.toContain(sign)
  })

  it('leaves out what is below its level', () => {
    const all = (['error', 'warn', 'info', 'debug'] as const).map((level) => ({ ...record, level }))
    const counts = (['off', 'error', 'warn', 'info', 'debug'] as const).map(
      (level) => printed(all, { level }).length,
    )
    expect(counts).toEqual([0, 1, 2, 3, 4])
    expect(printed(all)).toHaveLength(3)
  })

  it('refuses wrong options at once', () => {
    expect(() => printLogs({ level: 'loud' as never })).toThrow(
      /`level` to be .*'debug', got 'loud'/,
    )
    expect(() => printLogs({ format: 'xml' as never })).toThrow(/`format`/)
    expect(() => printLogs({ stream: {} as never })).toThrow(/`stream\.write`/)
    expect(() => printLogs({ colour: true } as never)).toThrow(/colour/)
  })
})

describe('logger', () => {
  it('publishes on the channel where no pool is, and costs nothing where nobody listens', () => {
    const seen: unknown[] = []
    const hear = (message: unknown): void => void seen.push(message)
    logger('mine').info('nobody hears this')
    channels.log.subscribe(hear)
    logger('mine').info('heard', { a: 1 })
    logger().debug('not wanted')
    channels.log.unsubscribe(hear)
    expect(seen).toEqual([
      {
        ts: expect.any(Number),
        level: 'info',
        pool: '',
        pid: process.pid,
        logger: 'mine',
        message: 'heard',
        fields: { a: 1 },
      },
    ])
    expect(() => logger('')).toThrow(/`name`/)
  })

  it('says where it was called, at debug', () => {
    const lines: string[] = []
    const stream = { write: (text: string): unknown => lines.push(text) }
    const stop = printLogs({ level: 'debug', format: 'json', stream })
    logger().debug('here')
    stop()
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      src: expect.stringMatching(/test\/logs\/forms\.test\.ts:\d+$/),
    })
  })
})

describe('OncePerMinute', () => {
  it('lets each cause through once a minute, with how many it held back', () => {
    let now = 0
    const once = new OncePerMinute(() => now)
    expect([once.take('a'), once.take('b'), once.take('a'), once.take('a')]).toEqual([
      0,
      0,
      undefined,
      undefined,
    ])
    now = 60_001
    expect([once.take('a'), once.take('b'), once.take('a')]).toEqual([2, 0, undefined])
  })
})
