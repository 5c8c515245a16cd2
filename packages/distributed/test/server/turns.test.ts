import { type Executor, inline, limit, task, withExecutor } from '@conc/core'
import { connect, type PoolServer, type Session, serve, WorkerPool } from '@conc/distributed'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { FairQueue, type Queued } from '../../src/server/fair-queue.js'
import { gated } from '../fixtures/tasks.mjs'
import { firstReport, Lab } from '../lab.js'
import { held, hold, whenHeld } from '../tasks.js'

async function served(executor: Executor): Promise<PoolServer> {
  const server = await serve(executor)
  onTestFinished(() => void server.close())
  return server
}

async function sessionOf({ port }: PoolServer): Promise<Session> {
  const session = await connect({ port })
  onTestFinished(() => session.close())
  return session
}

const waiting = async (server: PoolServer): Promise<number> => (await server.stats()).load.waiting

describe('priorities of calls of different sessions', () => {
  it('are compared: the highest goes first, equals in turn', async () => {
    const server = await served(limit(inline(), 1))
    const [one, other] = [await sessionOf(server), await sessionOf(server)]
    const order: string[] = []
    const mark = task('turns/mark', (who: string) => order.push(who))
    const first = one.submit(hold, ['turns'])
    await whenHeld('turns')
    const calls: Promise<unknown>[] = []
    const submit = async (session: Session, who: string, priority: number): Promise<void> => {
      calls.push(session.submit(mark, [who], { priority }))
      await expect.poll(() => waiting(server)).toBe(calls.length)
    }
    for (const who of ['a1', 'a2', 'a3']) await submit(one, who, 0)
    await submit(other, 'b1', 0)
    await submit(other, 'low', -1)
    await submit(other, 'high', 5)
    await submit(one, 'higher', 7)
    await submit(one, 'high too', 5)
    held.get('turns')?.release()
    await Promise.all([first, ...calls])
    expect(order).toEqual(['higher', 'high', 'high too', 'a1', 'b1', 'a2', 'a3', 'low'])
  })

  it('are compared in front of a pool of processes as well', async () => {
    const lab = await Lab.open()
    const modules = [new URL('../fixtures/tasks.mjs', import.meta.url)]
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, modules })
    const server = await served(pool)
    const [one, other] = [await sessionOf(server), await sessionOf(server)]
    const { promise, onProgress } = firstReport()
    const busy = withExecutor(one, () => gated.with({ onProgress })(lab.log, lab.gate, 'busy'))
    await promise
    const low = [1, 2, 3].map((value) => one.submit(gated, [lab.log, lab.gate, `low ${value}`]))
    await expect.poll(() => waiting(server)).toBe(3)
    const high = other.submit(gated, [lab.log, lab.gate, 'high'], { priority: 1 })
    await expect.poll(() => waiting(server)).toBe(4)
    await lab.openGate()
    await Promise.all([busy, high, ...low])
    expect(await lab.lines()).toEqual(['busy', 'high', 'low 1', 'low 2', 'low 3'])
  })
})

describe('calls of the owner of a pool', () => {
  it('are compared with those of sessions: higher priorities first, then as they came', async () => {
    const lab = await Lab.open()
    const modules = [new URL('../fixtures/tasks.mjs', import.meta.url)]
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, modules })
    const server = await served(pool)
    const session = await sessionOf(server)
    const { promise, onProgress } = firstReport()
    const calls = [gated.with({ onProgress }).on(pool)(lab.log, lab.gate, 'busy')]
    await promise
    const submit = async (to: Executor, who: string, priority: number): Promise<void> => {
      calls.push(to.submit(gated, [lab.log, lab.gate, who], { priority }))
      await expect.poll(() => waiting(server)).toBe(calls.length - 1)
    }
    await submit(pool, 'own 1', 0)
    await submit(session, 'session 1', 0)
    await submit(pool, 'own 2', 0)
    await submit(pool, 'own 3', 0)
    await submit(session, 'high', 2)
    await submit(pool, 'own higher', 3)
    await submit(session, 'low', -1)
    await submit(pool, 'own high', 2)
    await lab.openGate()
    await Promise.all(calls)
    const order = ['own higher', 'high', 'own high', 'own 1', 'session 1', 'own 2', 'own 3', 'low']
    expect(await lab.lines()).toEqual(['busy', ...order])
  })
})

describe('calls that a session keeps to itself', () => {
  it('go on as those of a server do: deeper ones first, then higher priorities, then as they came', async () => {
    const server = await serve(inline(), { maxInFlight: 1 })
    onTestFinished(() => void server.close())
    const session = await sessionOf(server)
    const order: string[] = []
    const mark = task('turns/kept', (who: string) => order.push(who))
    const first = session.submit(hold, ['kept'])
    await whenHeld('kept')
    const calls: Promise<unknown>[] = []
    const submit = (who: string, priority: number, signal?: AbortSignal): void => {
      calls.push(session.submit(mark, [who], { priority, ...(signal && { signal }) }))
    }
    const leaving = new AbortController()
    submit('one', 0)
    submit('low', -1)
    submit('high', 5)
    submit('left', 6, leaving.signal)
    submit('high too', 5)
    submit('two', 0)
    const nested = task('turns/nested', () => submit('nested', -5))
    await inline().submit(nested, [])
    leaving.abort()
    held.get('kept')?.release()
    await Promise.allSettled([first, ...calls])
    expect(order).toEqual(['nested', 'high', 'high too', 'one', 'two', 'low'])
  })
})

describe('FairQueue', () => {
  interface Item extends Queued {
    readonly number: number
  }

  const owners = [{}, {}, {}]

  it('never takes an item before a deeper one or a higher priority, nor one of its owner before an older equal', () => {
    const step = fc.oneof(
      fc.record({ owner: fc.nat(2), depth: fc.nat(1), priority: fc.integer({ min: -1, max: 1 }) }),
      fc.constant('take' as const),
      fc.record({ drop: fc.nat(20) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new FairQueue<Item>()
        const inside = new Set<Item>()
        let made = 0
        for (const one of steps) {
          if (one === 'take') takeOne(queue, inside)
          else if ('drop' in one) {
            const item = [...inside][one.drop]
            if (item) expect(queue.delete(item) && inside.delete(item)).toBe(true)
          } else {
            const item = {
              owner: owners[one.owner] as object,
              depth: one.depth,
              priority: one.priority,
              number: made++,
            }
            queue.add(item)
            inside.add(item)
          }
          expect(queue.size).toBe(inside.size)
        }
        while (inside.size > 0) takeOne(queue, inside)
        expect(queue.take()).toBeUndefined()
      }),
    )
  })

  it('lets nobody wait for more than one item of each other owner', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 }),
        (counts) => {
          const queue = new FairQueue<Item>()
          counts.forEach((count, index) => {
            const owner = owners[index] as object
            for (let number = 0; number < count; number++)
              queue.add({ owner, depth: 0, priority: 0, number })
          })
          const late = {}
          queue.add({ owner: late, depth: 0, priority: 0, number: 0 })
          let others = 0
          while (queue.take()?.owner !== late) others++
          expect(others).toBeLessThanOrEqual(counts.length)
        },
      ),
    )
  })

  function takeOne(queue: FairQueue<Item>, inside: Set<Item>): void {
    const item = queue.take()
    if (item === undefined) return void expect(inside.size).toBe(0)
    for (const other of inside) {
      expect(other.depth).toBeLessThanOrEqual(item.depth)
      if (other.depth < item.depth) continue
      expect(other.priority).toBeLessThanOrEqual(item.priority)
      if (other.priority === item.priority && other.owner === item.owner) {
        expect(other.number).toBeGreaterThanOrEqual(item.number)
      }
    }
    expect(inside.delete(item)).toBe(true)
  }
})
