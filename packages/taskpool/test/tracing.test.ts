import { channels } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { TaskPool } from '../src/index.js'
import { settled } from './bodies.js'

describe('conc:task', () => {
  const events: string[] = []
  const subscriber = {
    start: ({ name }: { name: string }) => events.push(`start ${name}`),
    asyncEnd: ({ name }: { name: string }) => events.push(`end ${name}`),
    error: () => {},
    end: () => {},
    asyncStart: () => {},
  }
  afterEach(() => channels.task.unsubscribe(subscriber as never))

  it('begins in the middle of a map with the next item', async () => {
    const pool = new TaskPool({ name: 'io' })
    const gates = [deferred(), deferred()]
    pool.map((n: number) => gates[n]?.promise, [0, 1])
    await settled()
    channels.task.subscribe(subscriber as never)
    for (const gate of gates) gate.resolve()
    await pool.gatherAndClose()
    expect(events).toEqual(['start TaskPool-io_Task-1', 'end TaskPool-io_Task-1'])
  })
})
