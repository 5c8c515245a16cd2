import { channels, inline, task } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Pool } from '../src/index.js'
import { flush } from './flush.js'

describe('conc:task', () => {
  const events: string[] = []
  const subscriber = {
    start: ({ name, executor }: { name: string; executor: string }) =>
      events.push(`start ${name} on ${executor}`),
    asyncEnd: ({ name }: { name: string }) => events.push(`end ${name}`),
    error: ({ name }: { name: string }) => events.push(`error ${name}`),
    end: () => {},
    asyncStart: () => {},
  }
  beforeEach(() => channels.task.subscribe(subscriber as never))
  afterEach(() => {
    channels.task.unsubscribe(subscriber as never)
    events.length = 0
  })

  it('is told of each body', async () => {
    const pool = new Pool({ name: 'io' })
    await pool.exec(() => 1, { name: 'one' })
    await pool.map((n) => n, [1], { name: 'item' })
    await pool.exec(() => Promise.reject(new Error('x')), { name: 'bad' }).catch(() => {})
    expect(events).toEqual([
      'start one on io',
      'end one',
      'start item on io',
      'end item',
      'start bad on io',
      'error bad',
      'end bad',
    ])
  })

  it('is told once, by whoever runs it', async () => {
    const traced = task('pool-test/traced', () => 1)
    await new Pool({ name: 'io' }).exec(traced)
    await new Pool({ executor: inline({ name: 'there' }) }).exec(traced)
    expect(events.filter((event) => event.startsWith('start'))).toEqual([
      'start pool-test/traced on io',
      'start pool-test/traced on there',
    ])
  })

  it('is told the late outcome of a body that was cancelled immediately', async () => {
    const pool = new Pool({ cancelPolicy: 'immediate' })
    const end = deferred()
    const handle = await pool.spawn(() => end.promise, { name: 'late' })
    await pool.cancel()
    expect(handle.done).toBe(true)
    end.reject(new Error('x'))
    await flush()
    expect(events).toEqual(['start late on pool', 'error late', 'end late'])
  })

  it('begins in the middle of a map with the next item', async () => {
    channels.task.unsubscribe(subscriber as never)
    const pool = new Pool(1)
    const gates = [deferred(), deferred()]
    const mapped = pool.map((n) => gates[n]?.promise, [0, 1], { name: 'item' })
    await flush()
    channels.task.subscribe(subscriber as never)
    for (const gate of gates) gate.resolve()
    await mapped
    expect(events).toEqual(['start item on pool', 'end item'])
  })
})
