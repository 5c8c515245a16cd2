import { channels, inline } from '@conc/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serve } from '../../src/server/serve.js'

let records: { level?: string; pool?: string; message?: string }[] = []
const hear = (record: unknown): void => {
  records.push(record as (typeof records)[number])
}

beforeEach(() => {
  records = []
  channels.log.subscribe(hear)
})

afterEach(() => {
  channels.log.unsubscribe(hear)
})

describe('a server with a weak key', () => {
  it.each([
    ['without a key', {}, 'has no key'],
    ['with a key that can be guessed', { authkey: 'x'.repeat(15) }, 'has a key of 15 bytes'],
    [
      'whose weakest key can be guessed',
      { authkey: ['x'.repeat(16), 'y'] },
      'has a key of 1 byte,',
    ],
  ])('%s says so once', async (_what, options, message) => {
    await using server = await serve(inline(), { name: 'desk', ...options })
    expect(server.port).toBeGreaterThan(0)
    expect(records).toMatchObject([{ level: 'warn', pool: 'desk' }])
    expect(records[0]?.message).toContain(message)
  })

  it('says so when its keys become weak', async () => {
    await using server = await serve(inline(), { authkey: 'x'.repeat(16) })
    expect(records).toEqual([])
    server.rotateKeys(['x'.repeat(17), 'short'])
    expect(records).toMatchObject([{ level: 'warn' }])
  })
})
