import { type Executor, inline, type SubmitOptions, task } from '@conc/core'
import { connect, type PoolServer, type Session, serve, WorkerPool } from '@conc/distributed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { climbing, gated, numbers, pid, ranking } from '../fixtures/tasks.mjs'
import { firstReport, Lab } from '../lab.js'

const modules = [new URL('../fixtures/tasks.mjs', import.meta.url)]

async function served(executor: Executor): Promise<PoolServer> {
  const server = await serve(executor)
  onTestFinished(() => void server.close())
  return server
}

async function sessionTo({ port }: PoolServer): Promise<Session> {
  const session = await connect({ port })
  onTestFinished(() => session.close())
  return session
}

/** A pool that says how deep the calls are that it is asked to take. */
async function asking(): Promise<{ pool: WorkerPool; depths: Map<string, number[]> }> {
  const depths = new Map<string, number[]>()
  const admit = ({ task: name, depth }: { task: string; depth: number }): boolean => {
    depths.set(name, [...(depths.get(name) ?? []), depth])
    return true
  }
  const pool = new WorkerPool({ breadth: 1, modules, admit })
  onTestFinished(() => pool.close())
  return { pool, depths }
}

describe('calls that bodies make over sessions', () => {
  it('are one level deeper each in the line of a pool', async () => {
    const { pool, depths } = await asking()
    const { port } = await served(pool)
    expect(await pool.submit(climbing, [port, 4])).toBe(4)
    expect(depths.get('fixture/climbing')).toEqual([0, 1, 2, 3, 4])
  })

  it('are so from bodies in the process of a server too, calls and streams', async () => {
    const { pool, depths } = await asking()
    const there = await sessionTo(await served(pool))
    const here = await sessionTo(await served(inline()))
    const relay = task('ranks/relay', async (levels: number): Promise<void> => {
      if (levels > 0) return await here.submit(relay, [levels - 1])
      await there.submit(pid, [])
      for await (const _ of there.stream(numbers, [1])) break
    })
    await here.submit(relay, [0])
    await here.submit(relay, [3])
    expect(depths.get('fixture/pid')).toEqual([1, 4])
    expect(depths.get('fixture/numbers')).toEqual([1, 4])
  })

  it('have the priority of their bodies, unless they say another one', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, modules })
    const server = await served(pool)
    const there = await sessionTo(server)
    const here = await sessionTo(await served(inline()))
    const pass = task('ranks/pass', async (who: string, options: SubmitOptions) => {
      await there.submit(gated, [lab.log, lab.gate, who], options)
    })
    const { promise, onProgress } = firstReport()
    const calls: Promise<unknown>[] = [
      there.submit(gated, [lab.log, lab.gate, 'busy'], { onProgress }),
    ]
    await promise
    const submit = async (
      who: string,
      priority: number,
      own: SubmitOptions = {},
    ): Promise<void> => {
      calls.push(here.submit(pass, [who, own], { priority }))
      await expect.poll(async () => (await server.stats()).load.waiting).toBe(calls.length - 1)
    }
    await submit('three', 3)
    await submit('none', 0)
    await submit('five', 5)
    await submit('says 0', 9, { priority: 0 })
    await submit('says 4', 1, { priority: 4 })
    await lab.openGate()
    await Promise.all(calls)
    expect(await lab.lines()).toEqual(['busy', 'five', 'says 4', 'three', 'none', 'says 0'])
  })
})

describe('calls that bodies make on their pool', () => {
  it('have the priority of their bodies, unless they say 0', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, modules })
    const ranked = pool.submit(ranking, [lab.log, lab.gate], { priority: 4 })
    await expect.poll(() => lab.lines()).toEqual(['one'])
    await expect.poll(() => pool.load.waiting).toBe(2)
    await lab.openGate()
    await ranked
    expect(await lab.lines()).toEqual(['one', 'two', 'usual'])
  })
})
