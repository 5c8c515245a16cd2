import { readFile, writeFile } from 'node:fs/promises'
import { inline, task, withExecutor } from '@conc/core'
import { connect, locks, type Session, serve, WorkerPool, withLocks } from '@conc/distributed'
import { ThreadExecutor } from '@conc/threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  briefly,
  dyingHolder,
  entangled,
  forgetful,
  increment,
  pairing,
} from '../fixtures/tasks.mjs'
import { firstReport, Lab } from '../lab.js'

const authkey = 'a key of enough bytes'
const modules = [new URL('../fixtures/tasks.mjs', import.meta.url)]

let threads: ThreadExecutor
let session: Session
let end: () => Promise<void>

beforeEach(async () => {
  threads = new ThreadExecutor({ maxThreads: 2, tasksPerThread: 2, modules })
  const server = await serve(threads, { authkey })
  session = await connect({ port: server.port, authkey })
  end = async () => {
    await session.close({ pending: 'reject' })
    await server.close({ pending: 'reject' })
    await threads.close({ pending: 'reject' })
  }
})

afterEach(() => end())

async function waiters(): Promise<unknown> {
  return (await session.locks().inspect())[0]?.waiters
}

describe('locks of tasks on threads behind a server', () => {
  it('are those of its sessions: all exclude each other', async () => {
    const lab = await Lab.open()
    await writeFile(lab.log, '0')
    const tasks = [1, 2, 3].map(() => session.submit(increment, [lab.log, 20]))
    const lock = session.locks('counters').lock('one')
    for (let time = 0; time < 20; time++) {
      await lock.use(async () => {
        await writeFile(lab.log, `${Number(await readFile(lab.log, 'utf8')) + 1}`)
      })
    }
    await Promise.all(tasks)
    expect(await readFile(lab.log, 'utf8')).toBe('80')
  })

  it('are waited for without a slot, and given up with the call', async () => {
    const held = await session.locks().lock('one').acquire()
    const controller = new AbortController()
    const { signal } = controller
    const waiting = [1, 2, 3, 4].map(() =>
      expect(session.submit(briefly, ['one'], { signal })).rejects.toThrow('enough'),
    )
    await expect.poll(waiters, { timeout: 20_000 }).toHaveLength(4)
    expect(await session.submit(briefly, ['other'])).toBeGreaterThan(0)
    controller.abort(new Error('enough'))
    await Promise.all(waiting)
    await expect.poll(waiters, { timeout: 20_000 }).toEqual([])
    await held.release()
  })

  it('pass on when their task forgot them, or its thread died', async () => {
    await session.submit(forgetful, ['one'])
    expect(await session.submit(briefly, ['one'])).toBeGreaterThan(0)
    const lab = await Lab.open()
    const { promise, onProgress } = firstReport()
    const dies = session.submit(dyingHolder, ['one', lab.gate], { onProgress })
    const lost = expect(dies).rejects.toMatchObject({ code: 'CONC_WORKER_LOST' })
    await promise
    const next = session.locks().lock('one').acquire()
    await lab.openGate()
    await lost
    await (await next).release()
  })

  it('are refused where waiting would never end, unless they were delegated', async () => {
    const refused = { code: 'CONC_DEADLOCK' }
    await expect(session.submit(entangled, ['one', false])).rejects.toMatchObject(refused)
    expect(await session.submit(entangled, ['one', true])).toBeGreaterThan(0)
    await expect(session.submit(pairing, ['one'])).rejects.toMatchObject(refused)
    expect(await session.locks().inspect()).toEqual([])
  })
})

describe('locks of tasks on threads', () => {
  it('are those of the code that called them', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const held = await pool.locks().lock('one').acquire()
    const waiting = withLocks(pool, () => threads.submit(briefly, ['one']))
    await expect
      .poll(async () => (await pool.locks().inspect())[0]?.waiters)
      .toMatchObject([{ task: 'fixture/briefly' }])
    await held.release()
    expect(await waiting).toBeGreaterThan(held.token)
  })
})

const nested = task('thread-locks/nested', async (delegate: boolean) => {
  await using held = await locks().lock('one').acquire({ delegate })
  return held.token === (await inside())
})
const inside = task('thread-locks/inside', () =>
  locks()
    .lock('one')
    .use(({ token }) => token),
)
const twice = task('thread-locks/twice', () => pairing.local('two'))

describe('locks of tasks in this process', () => {
  it('belong to the task: to nobody else, and to it but once', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    await using here = inline()
    await withLocks(pool, () =>
      withExecutor(here, async () => {
        const refused = { code: 'CONC_DEADLOCK' }
        await expect(nested(false)).rejects.toMatchObject(refused)
        expect(await nested(true)).toBe(true)
        await expect(twice()).rejects.toMatchObject(refused)
        await here.submit(forgetful, ['three'])
      }),
    )
    expect(await pool.locks().inspect()).toEqual([])
  })
})
