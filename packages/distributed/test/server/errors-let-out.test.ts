import { balance, inline, limit, QueueFullError, task, WorkerLostError } from '@conc/core'
import { Pool } from '@conc/pool'
import { describe, expect, it } from 'vitest'
import { connect, serve } from '../../src/index.js'

const authkey = 'a key of enough bytes'

let runs = 0
/** As an executor of the same name as the one that is served would have said it. */
const flaky = task('served-test/lets-out', (executor: string, failures: number) => {
  if (++runs <= failures) throw new WorkerLostError('lost elsewhere', { executor, started: true })
  return runs
})
const flakyItems = task('served-test/items-let-out', async function* (name: string, n: number) {
  yield await flaky(name, n)
})
const refused = task('served-test/lets-out-refusal', (executor: string): never => {
  runs++
  throw new QueueFullError('full elsewhere', { executor })
})

const served = [
  ['inline()', () => inline({ name: 'served' })],
  ['a limit', () => limit(inline(), 2, { name: 'served' })],
  ['a pool on an executor', () => new Pool({ name: 'served', executor: inline() })],
] as const

describe.each(served)('a body on %s behind a server', (_name, make) => {
  it('is repeated where that is asked for, though it let out the error of an executor', async () => {
    runs = 0
    await using server = await serve(make(), { authkey })
    await using session = await connect({ port: server.port, authkey })
    expect(await session.submit(flaky, ['served', 4], { retry: 4 })).toBe(5)
    runs = 0
    const items = session.stream(flakyItems, ['served', 4], { retry: 4 })
    expect(await items.next()).toEqual({ done: false, value: 5 })
    await items.return()
  })

  it('runs once, and on no other session', async () => {
    runs = 0
    await using server = await serve(make(), { authkey })
    await using session = await connect({ port: server.port, authkey })
    const call = balance([session, limit(session, 1)]).submit(refused, ['served'])
    await expect(call).rejects.toBeInstanceOf(QueueFullError)
    expect(runs).toBe(1)
  })
})
