import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { inline, task } from '@conc/core'
import { connect, type PoolServer, type Session, serve } from '@conc/distributed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const authkey = 'a key of enough bytes'
const clients = 100
const callsEach = 100

const waiting = new Set<() => void>()
const wait = task('many/wait', async () => {
  await new Promise<void>((resolve) => {
    waiting.add(resolve)
  })
})

let server: PoolServer
let sessions: Session[]

beforeEach(async () => {
  server = await serve(inline(), { authkey })
  sessions = []
  for (let index = 0; index < clients; index++) {
    sessions.push(await connect({ port: server.port, authkey }))
  }
})

afterEach(async () => {
  await Promise.all(sessions.map((session) => session.close({ pending: 'reject' })))
  await server.close({ pending: 'reject' })
})

/** Bytes in use, garbage left out. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

/** Has 10 000 calls in flight at once, and lets all of them end. */
async function round(): Promise<void> {
  const calls = sessions.flatMap((session) =>
    Array.from({ length: callsEach }, () => session.submit(wait, [])),
  )
  await expect.poll(() => waiting.size, { timeout: 20_000 }).toBe(clients * callsEach)
  expect((await server.stats()).load.running).toBe(clients * callsEach)
  for (const release of waiting) release()
  waiting.clear()
  await Promise.all(calls)
}

describe('a server with 10 000 calls of 100 clients in flight', () => {
  it('keeps nothing of them when they have settled', { timeout: 60_000 }, async () => {
    await round()
    const before = heapUsed()
    for (let time = 0; time < 3; time++) await round()
    const growth = heapUsed() - before
    // 30 000 calls: what were kept of each would be 2 MB at 70 bytes.
    expect(growth).toBeLessThan(2_000_000)
    expect((await server.stats()).load).toMatchObject({ running: 0, waiting: 0 })
  })
})
