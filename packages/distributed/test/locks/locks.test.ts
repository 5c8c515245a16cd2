import { readFile, writeFile } from 'node:fs/promises'
import { type Held, locks, WorkerPool, withLocks, withPool } from '@conc/distributed'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { add, briefly, entangled, hogging, increment, meeting } from '../fixtures/tasks.mjs'
import { firstReport, Lab } from '../lab.js'

describe('locks of a pool', () => {
  it('exclude each other over processes, and the owner of the pool', async () => {
    const lab = await Lab.open()
    await writeFile(lab.log, '0')
    await using pool = new WorkerPool({ breadth: 2, concurrency: 2 })
    const tasks = [1, 2, 3, 4].map(() => pool.submit(increment, [lab.log, 15]))
    const lock = pool.locks('counters').lock('one')
    for (let time = 0; time < 15; time++) {
      await lock.use(async () => {
        const before = Number(await readFile(lab.log, 'utf8'))
        await writeFile(lab.log, `${before + 1}`)
      })
    }
    await Promise.all(tasks)
    expect(await readFile(lab.log, 'utf8')).toBe('75')
    expect(await pool.locks().inspect()).toEqual([])
  })

  it('pass on when their holder is killed, and grow their token', async () => {
    await using pool = new WorkerPool({ breadth: 2, concurrency: 1, respawn: { minMs: 5 } })
    await pool.start()
    const { promise, onProgress } = firstReport()
    const hog = pool.submit(hogging, ['one'], { onProgress })
    const pid = (await promise) as number
    const [held] = await pool.locks().inspect()
    const next = pool.submit(briefly, ['one'])
    process.kill(pid, 'SIGKILL')
    await expect(hog).rejects.toMatchObject({ code: 'CONC_WORKER_LOST' })
    expect(await next).toBeGreaterThan(held?.holders[0]?.token ?? Number.POSITIVE_INFINITY)
  })

  it('are released with the task that forgot them, and hold no slot while they are waited for', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    const lock = pool.locks().lock('one')
    const held = await lock.acquire()
    const waiting = pool.submit(briefly, ['one'])
    expect(await pool.submit(add, [1, 1])).toBe(2)
    await held.release()
    await waiting
    await expect(held.release()).rejects.toMatchObject({ code: 'CONC_LOCK' })
    const controller = new AbortController()
    const { promise, onProgress } = firstReport()
    const hog = pool.submit(hogging, ['one'], { onProgress, signal: controller.signal })
    await promise
    controller.abort()
    await expect(hog).rejects.toBe(controller.signal.reason)
    await (await lock.acquire()).release()
  })

  it('refuse a child what its parent holds, unless that was delegated', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    await expect(pool.submit(entangled, ['one', false])).rejects.toMatchObject({
      code: 'CONC_DEADLOCK',
    })
    expect(await pool.submit(entangled, ['one', true])).toBeGreaterThan(0)
  })

  it('let a waiter go, without disturbing the others', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const lock = pool.locks().lock('one')
    const held = await lock.acquire()
    expect(await lock.tryAcquire()).toBeUndefined()
    const controller = new AbortController()
    const aborted = lock.acquire({ signal: controller.signal })
    const next = lock.acquire()
    controller.abort(new Error('no more'))
    await expect(aborted).rejects.toThrow('no more')
    await expect(lock.acquire({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'CONC_LOCK' })
    await held.release()
    await (await next).release()
    expect(await pool.locks().inspect()).toEqual([])
  })

  it('have semaphores, events and barriers', async () => {
    await using pool = new WorkerPool({ breadth: 2, concurrency: 2 })
    const arrivals = await Promise.all([1, 2, 3].map(() => pool.submit(meeting, [3])))
    expect(arrivals.sort()).toEqual([0, 1, 2])
    const semaphore = pool.locks().semaphore('two', 2)
    const [first, second] = [await semaphore.acquire(), await semaphore.acquire()]
    expect(await semaphore.tryAcquire()).toBeUndefined()
    await expect(pool.locks().semaphore('two', 3).acquire()).rejects.toThrow('has 2 permits')
    await Promise.all([first.release(), second.release()])
    const event = pool.locks().event('go')
    const waiting = event.wait()
    expect(await event.isSet()).toBe(false)
    await event.set()
    await waiting
    expect(await event.isSet()).toBe(true)
    await event.clear()
    expect((await pool.stats()).locks).toBe(0)
  })
})

describe('locks()', () => {
  it('are those of the innermost pool around', async () => {
    await withPool({ breadth: 1 }, async (outer) => {
      const held = await locks().lock('one').acquire()
      expect((await outer.locks().inspect()).map(({ name }) => name)).toEqual(['one'])
      await using other = new WorkerPool({ breadth: 1 })
      await withLocks(other, async () => {
        await (await locks('inner').lock('one').acquire()).release()
      })
      await held.release()
    })
  })

  it('are those of this process where nobody is around, with a warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warned.mockRestore())
    const held = await locks().lock('lonely').acquire()
    expect(await locks().lock('lonely').tryAcquire()).toBeUndefined()
    await held.release()
    const codes = warned.mock.calls.map(([, options]) => options)
    expect(codes).toEqual([{ code: 'CONC_LOCAL_LOCKS' }])
  })

  it('refuse waits that would be misread, and hosts without locks', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const lock = pool.locks().lock('one')
    const acquire = (options: object): Promise<Held> => lock.acquire(options)
    expect(() => acquire({ signal: {} })).toThrow(/`signal` to be an AbortSignal, got {}/)
    expect(() => acquire({ timeoutMs: '10' })).toThrow(/`timeoutMs` to be .* got '10'/)
    expect(() => acquire({ delegate: 'yes' })).toThrow(/`delegate` to be true or false/)
    expect(() => acquire({ delegated: true })).toThrow('did you mean `delegate`?')
    expect(() => acquire({ timeout: 10 })).toThrow('did you mean `timeoutMs`?')
    expect(() => acquire(null as never)).toThrow(/`options` to be an object, got null/)
    const wrong = { timeoutMs: -1 }
    const both = pool.locks().semaphore('two', 2)
    expect(() => lock.use(() => {}, wrong)).toThrow(/`timeoutMs`/)
    expect(() => both.acquire({ permits: 0 })).toThrow(/`permits`/)
    expect(() => both.tryAcquire(1.5)).toThrow(/`permits`/)
    expect(() => pool.locks().event('go').wait(wrong)).toThrow(/`timeoutMs`/)
    expect(() => pool.locks().barrier('meet', 2).wait(wrong)).toThrow(/`timeoutMs`/)
    await (await lock.acquire({ timeoutMs: 1000 })).release()
    expect(() => withLocks(undefined as never, () => 1)).toThrow(/`host` to be a WorkerPool or a/)
  })

  it('refuse names that are none', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    expect(() => pool.locks().lock('not a name')).toThrow(/name of 1 to 128/)
    expect(() => pool.locks().semaphore('one', 0)).toThrow(/permits/)
  })
})
