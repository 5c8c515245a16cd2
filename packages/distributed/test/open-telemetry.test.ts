import { join } from 'node:path'
import { withExecutor } from '@conc/core'
import { connect, serve, WorkerPool, withSession } from '@conc/distributed'
import { beforeEach, describe, expect, it } from 'vitest'
import { clientCall } from './fixtures/traced.mjs'
import { Lab } from './lab.js'

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parent?: { readonly spanId: string; readonly isRemote?: boolean }
  readonly pid: number
}

const modules = [new URL('./fixtures/traced.mjs', import.meta.url)]
let spans: () => Promise<Span[]>

beforeEach(async () => {
  const lab = await Lab.open()
  process.env.SPANS = join(lab.folder, 'log')
  spans = async () => (await lab.lines()).map((line) => JSON.parse(line) as Span)
})

/** The spans from the outermost to the innermost one, if they are one chain. */
function chainOf(all: readonly Span[]): readonly Span[] {
  const below = (parent: string | undefined): Span | undefined =>
    all.find((span) => span.parent?.spanId === parent)
  const chain: Span[] = []
  for (let next = below(undefined); next; next = below(next.spanId)) chain.push(next)
  return chain
}

async function expectOneTrace(breadth: number): Promise<void> {
  const all = await spans()
  const chain = chainOf(all)
  expect(chain.map(({ name }) => name)).toEqual(['client', 'call', 'outer', 'call', 'inner'])
  expect(all).toHaveLength(chain.length)
  expect(new Set(all.map(({ traceId }) => traceId)).size).toBe(1)
  expect(chain.map(({ parent }) => parent?.isRemote === true)).toEqual([
    false,
    false,
    true,
    false,
    true,
  ])
  const pids = new Set(chain.map(({ pid }) => pid))
  expect(pids.has(process.pid)).toBe(true)
  expect(pids.size).toBeGreaterThan(1)
  expect(pids.size).toBeLessThanOrEqual(breadth + 1)
}

describe('OpenTelemetry', () => {
  it('sees the client, the worker and the nested call of a pool in one trace', async () => {
    await using pool = new WorkerPool({ breadth: 2, concurrency: 1, modules })
    expect(await withExecutor(pool, clientCall)).toBe('acme')
    await expectOneTrace(2)
  })

  it('sees them over a session, too', async () => {
    await using pool = new WorkerPool({ breadth: 2, concurrency: 1, modules })
    await pool.start()
    await using server = await serve(pool, { authkey: 'a key of enough bytes' })
    await using session = await connect({ port: server.port, authkey: 'a key of enough bytes' })
    expect(await withSession(session, clientCall)).toBe('acme')
    await expectOneTrace(2)
  })
})
