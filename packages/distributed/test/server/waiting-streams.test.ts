import { inline, limit } from '@conc/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.js'
import type { Session } from '../../src/client/session.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import { add, held, hold, numbers, whenHeld } from '../tasks.js'

const authkey = 'a key of enough bytes'

let server: PoolServer
let session: Session

beforeEach(async () => {
  server = await serve(limit(inline(), 1), { authkey })
  session = await connect({ port: server.port, authkey })
})

afterEach(async () => {
  await session.close({ pending: 'reject' })
  await server.close({ pending: 'reject' })
})

it('a stream that waits in the line of the server has its credit when its turn comes', async () => {
  const first = session.submit(hold, ['the only slot'])
  await whenHeld('the only slot')
  const items = session.stream(numbers, [3])
  const next = items.next()
  // Answered after all that was sent before.
  await session.stats()
  held.get('the only slot')?.release('free')
  await first
  expect(await next).toEqual({ done: false, value: 0 })
  await items.return()
})

it('a stream that is left while it waits there ends, and gives its turn to the next', async () => {
  const first = session.submit(hold, ['the slot'])
  await whenHeld('the slot')
  const items = session.stream(numbers, [1e6])
  const next = items.next()
  const left = items.return()
  const later = session.submit(add, [1, 2])
  await session.stats()
  held.get('the slot')?.release('free')
  await first
  await Promise.all([next, left])
  expect(await later).toBe(3)
})
