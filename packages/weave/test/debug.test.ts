import { InvalidOptionError } from '@conc/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type WeaveEvent, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'

/** What a run writes with `debug`, its times left out. */
function written(): { lines: () => string[]; write: (text: string) => void } {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  return { write, lines: () => text.trimEnd().split('\n').map(timeless) }
}

function timeless(line: string): string {
  return line.replaceAll(/<?\d[\d.]* (ms|s)\b/g, 'N ms').replace(/^weave \d+/, 'weave')
}

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('debug', () => {
  it('begins with the plan: kind, tier, what each task waits for and unblocks', async () => {
    const { write, lines } = written()
    await weave({ id: 1 })
      .do('author', async ({ id }) => id)
      .each('twice', [1, 2, 3], (n, { author }) => n * author)
      .each('again', 'twice', async (n) => n)
      .do('all', (everything) => everything)
      .run({ debug: { write } })
    expect(lines().slice(0, 6)).toEqual(
      [
        'weave: 4 tasks in 4 tiers; inputs: id',
        '  tier  task    kind                          waits for                                                             unblocks',
        '  1     author  async                         id                                                                    twice, all',
        '  2     twice   mapped over 3 items, function  author                                                                again, all',
        '  3     again   mapped over twice, async      twice                                                                 all',
        "  4     all     function                      everything earlier: it takes its parameter as a whole ('everything')  -",
      ].map((line) => expect.stringMatching(spaced(line))),
    )
  })

  it('has a line for every retry and error, by task and item', async () => {
    const { write, lines } = written()
    await weave()
      .each('page', [1, 2], { retries: { times: 1, delayMs: 1 } }, (n) => {
        if (n === 2) throw new RangeError('no 2')
        return n
      })
      .settle({ debug: { write } })
    expect(lines()).toContain(
      'weave: page #1 failed in attempt 1, the next one in N ms: RangeError: no 2',
    )
    expect(lines()).toContain('weave: page #1 failed after N ms: RangeError: no 2')
    expect(lines()).toContain('weave: page failed after N ms: RangeError: no 2')
  })

  it('ends with a bar per task, its inputs and its output by type and size', async () => {
    const { write, lines } = written()
    await weave({ id: 'secret' })
      .do('author', ({ id }) => ({ id, name: 'Ada' }))
      .do('title', ({ author }) => author.name)
      .run({ debug: { write } })
    const end = lines().slice(lines().findIndex((line) => line.startsWith('weave: fulfilled')))
    expect(end[0]).toMatch(
      /^weave: fulfilled in N ms; N ms of work, \d+\.\d at a time; critical path N ms$/,
    )
    expect(end[1]).toMatch(/^ {2}[* ] author {2}[░█ ]*█[░█ ]* +N ms$/)
    expect(end.slice(3)).toEqual([
      '  █ runs  ▒ ends in vain  · pauses  ░ waits for a slot  * critical path',
      '  author(id: string (6)) → Object {2}',
      '  title(author: Object {2}) → string (3)',
    ])
    expect(end.join()).not.toContain('secret')
  })

  it('shows values where it is told to, by itself or by a function', async () => {
    const w = weave({ id: 7 }).do('author', ({ id }) => ({ id }))
    const shown = written()
    await w.run({ debug: { write: shown.write, values: true } })
    expect(shown.lines().at(-1)).toBe('  author(id: 7) → { id: 7 }')
    const masked = written()
    const values = (task: string, value: unknown) => `${task}:${typeof value}`
    await w.run({ debug: { write: masked.write, values } })
    expect(masked.lines().at(-1)).toBe('  author(id: id:number) → author:object')
  })

  it('tells apart tasks that failed, were cancelled and were skipped', async () => {
    const { write, lines } = written()
    await weave()
      .do('slow', () => deferred().promise)
      .do('bad', () => Promise.reject(new Error('x')))
      .do('after', ({ bad }) => bad)
      .settle({ debug: { write } })
    const [slow, bad, after] = ['slow', 'bad', 'after'].map((name) =>
      lines().findLast((line) => line.slice(4).startsWith(`${name} `)),
    )
    expect([slow, bad, after]).toEqual([
      expect.stringMatching(/▒.* cancelled$/),
      expect.stringMatching(/▒.* failed$/),
      expect.stringMatching(/skipped: bad failed$/),
    ])
  })

  it('writes to stderr by default', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    await weave()
      .do('a', () => 1)
      .run({ debug: true })
    expect(write.mock.calls.map(([text]) => text).join('')).toContain('1 task in 1 tier')
  })

  it('that cannot write is a warning, and the run goes on', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const write = () => {
      throw new Error('disk full')
    }
    const r = await weave()
      .do('a', () => 1)
      .run({ debug: { write } })
    expect(r.a).toBe(1)
    expect(warn).toHaveBeenCalledWith('debug of a weave threw: Error: disk full')
  })

  it.each([
    [{ debug: 1 }, 'debug'],
    [{ debug: { wirte: () => {} } }, 'debug'],
    [{ debug: { write: 'stdout' } }, 'debug.write'],
    [{ debug: { values: 'all' } }, 'debug.values'],
    [{ stallAfterMs: 0 }, 'stallAfterMs'],
  ])('refuses %o', (options, option) => {
    expect(() => weave().run(options as object)).toThrow(InvalidOptionError)
    expect(() => weave().run(options as object)).toThrow(`\`${option}\``)
  })
})

describe('stallAfterMs', () => {
  it('tells of every unfinished task, again at doubling intervals, until something happens', async () => {
    vi.useFakeTimers()
    const events: WeaveEvent[] = []
    const gates = { slow: deferred<number>(), next: deferred<number>() }
    const run = weave()
      .do('quick', () => 1)
      .do('slow', ({ quick }) => gates.slow.promise.then((n) => n + quick))
      .do('next', ({ slow }) => gates.next.promise.then((n) => n + slow))
      .do('last', ({ quick, next }) => quick + next)
      .run({ stallAfterMs: 100, onEvent: (event) => events.push(event) })
    const stalls = () => events.filter((event) => event.type === 'stall')
    await vi.advanceTimersByTimeAsync(99)
    expect(stalls()).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(2)
    expect(stalls()).toMatchObject([
      {
        waiting: [
          { task: 'slow', state: 'running', for: [] },
          { task: 'next', state: 'waiting', for: ['slow'] },
          { task: 'last', state: 'waiting', for: ['next'] },
        ],
      },
    ])
    await vi.advanceTimersByTimeAsync(198)
    expect(stalls()).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(3)
    expect(stalls()).toHaveLength(2)
    gates.slow.resolve(1)
    await vi.advanceTimersByTimeAsync(102)
    expect(stalls()).toHaveLength(3)
    expect(stalls()[2]).toMatchObject({ waiting: [{ task: 'next' }, { task: 'last' }] })
    gates.next.resolve(1)
    await run
    await vi.advanceTimersByTimeAsync(10_000)
    expect(stalls()).toHaveLength(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says which tasks could run and have no slot', async () => {
    vi.useFakeTimers()
    const gate = deferred()
    const events: WeaveEvent[] = []
    const run = weave()
      .do('a', () => gate.promise)
      .do('b', () => 1)
      .run({ concurrency: 1, stallAfterMs: 10, onEvent: (event) => events.push(event) })
    await vi.advanceTimersByTimeAsync(12)
    expect(events.at(-1)).toMatchObject({
      waiting: [
        { task: 'a', state: 'running' },
        { task: 'b', state: 'ready', for: [] },
      ],
    })
    gate.resolve(undefined)
    await run
  })

  it('is ten seconds with debug, and a line of it', async () => {
    vi.useFakeTimers()
    const gate = deferred()
    const { write, lines } = written()
    const run = weave()
      .do('a', () => gate.promise)
      .do('b', ({ a }) => a)
      .run({ debug: { write } })
    await vi.advanceTimersByTimeAsync(10_002)
    expect(lines().slice(-3)).toEqual([
      'weave: stalled, nothing started or settled; unfinished: 2',
      '  a runs, for N ms',
      '  b waits for a, for N ms',
    ])
    gate.resolve(undefined)
    await run
  })

  it('holds no timer where nobody listens', async () => {
    vi.useFakeTimers()
    const gate = deferred()
    const run = weave()
      .do('a', () => gate.promise)
      .run({ stallAfterMs: 10 })
    await vi.advanceTimersByTimeAsync(1)
    expect(vi.getTimerCount()).toBe(0)
    gate.resolve(undefined)
    await run
  })
})

function spaced(line: string): RegExp {
  const words = line.trim().split(/\s{2,}/)
  const escaped = words.map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  return new RegExp(`^\\s*${escaped.join('\\s+')}$`)
}
