import { channels } from '@conc/core'
import { describe, expect, it, vi } from 'vitest'
import { type WeaveEvent, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'

const brief = (event: WeaveEvent): string =>
  [
    event.type,
    'task' in event ? event.task : '',
    'item' in event && event.item !== undefined ? event.item : '',
  ]
    .join(' ')
    .trim()

describe('onEvent', () => {
  it('tells of the plan, of every task and item, and of the end', async () => {
    const events: WeaveEvent[] = []
    const r = await weave({ n: 1 })
      .do('a', ({ n }, { progress }) => {
        progress('half')
        return n
      })
      .each('b', [5, 6], { workers: 1 }, (n, { a }) => n + a)
      .run({ onEvent: (event) => events.push(event) })
    expect(events.map(brief)).toEqual([
      'plan',
      'ready a',
      'start a',
      'progress a',
      'end a',
      'ready b',
      'start b',
      'start b 0',
      'end b 0',
      'start b 1',
      'end b 1',
      'end b',
      'finish',
    ])
    expect(new Set(events.map((event) => event.run)).size).toBe(1)
    expect(events.find((event) => event.type === 'start')).toMatchObject({
      attempt: 1,
      runsOn: 'here',
      deps: { n: 1 },
    })
    expect(events.at(-1)).toMatchObject({ type: 'finish', status: 'fulfilled' })
    expect(r.timings.b.items).toMatchObject({ count: 2, maxMs: expect.any(Number) })
  })

  it('tells of retries, failures, cancels and skips', async () => {
    const events: WeaveEvent[] = []
    const failure = new Error('x')
    await weave()
      .do('slow', () => deferred().promise)
      .do('a', { retries: 1 }, () => {
        throw failure
      })
      .do('b', ({ a }) => a)
      .settle({ onEvent: (event) => events.push(event) })
    const told = events.filter((event) => !['plan', 'ready', 'start'].includes(event.type))
    expect(told).toMatchObject([
      { type: 'retry', task: 'a', attempt: 1, error: failure, inMs: 0 },
      { type: 'error', task: 'a', error: failure },
      { type: 'cancel', task: 'slow', reason: { origin: 'sibling' } },
      { type: 'skip', task: 'b', because: 'a' },
      { type: 'finish', status: 'rejected', error: failure },
    ])
  })

  it('tells of items that were cut off when another one failed', async () => {
    const events: WeaveEvent[] = []
    await weave()
      .each('page', [1, 2, 3], { workers: 2 }, (n) =>
        n === 1 ? deferred().promise : Promise.reject(new Error('x')),
      )
      .settle({ onEvent: (event) => events.push(event) })
    const told = events.filter((event) => !['plan', 'ready'].includes(event.type))
    expect(told.map(brief)).toEqual([
      'start page',
      'start page 0',
      'start page 1',
      'error page 1',
      'error page',
      'cancel page 0',
      'finish',
    ])
  })

  it('that throws is a warning, and the run goes on', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const r = await weave()
      .do('a', () => 1)
      .run({
        onEvent: () => {
          throw new Error('listener')
        },
      })
    expect(r.a).toBe(1)
    expect(warn).toHaveBeenCalledWith('onEvent of a weave threw: Error: listener')
    warn.mockRestore()
  })

  it('and the channel conc:weave carry the same events', async () => {
    const heard: unknown[] = []
    const told: unknown[] = []
    const listener = (event: unknown) => heard.push(event)
    channels.weave.subscribe(listener)
    await weave()
      .do('a', () => 1)
      .run({ onEvent: (event) => told.push(event) })
    channels.weave.unsubscribe(listener)
    expect(heard).toEqual(told)
    expect(heard[0]).toBe(told[0])
  })
})
