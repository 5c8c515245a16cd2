import { ExecutorClosedError, QueueFullError, task } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it, vi } from 'vitest'
import { Pool, type PoolTask, TaskNotSettledError } from '../src/index.js'
import { flush } from './flush.js'

describe('Pool', () => {
  it('has 1024 slots and its own name unless told otherwise', () => {
    expect(new Pool()).toMatchObject({ size: 1024, name: 'pool' })
    expect(new Pool(3).size).toBe(3)
    expect(new Pool({ size: Number.POSITIVE_INFINITY, name: 'io' })).toMatchObject({
      size: Number.POSITIVE_INFINITY,
      name: 'io',
    })
  })

  it('counts what runs, waits and has settled', async () => {
    const pool = new Pool(2)
    const gate = deferred()
    expect(pool).toMatchObject({ running: 0, waiting: 0, length: 0, isEmpty: true, isFull: false })
    for (let n = 0; n < 3; n++) pool.spawnN(() => gate.promise)
    expect(pool).toMatchObject({ running: 0, waiting: 3, length: 3, isEmpty: false })
    await flush()
    expect(pool).toMatchObject({ running: 2, waiting: 1, length: 3, isFull: true, executed: 0 })
    expect(pool.load).toEqual({
      concurrency: 2,
      running: 2,
      waiting: 1,
      queueLimit: Number.POSITIVE_INFINITY,
    })
    gate.resolve()
    await pool.join()
    expect(pool).toMatchObject({ running: 0, waiting: 0, executed: 3, isEmpty: true })
  })

  it('starts in call order, whatever the kind of the call and its priority', async () => {
    const pool = new Pool(1)
    const started: string[] = []
    const note = (name: string) => () => void started.push(name)
    pool.spawnN(note('spawnN'))
    void pool.exec(note('exec'))
    void pool.spawn(note('spawn'))
    void pool.submit(note('submit'), [])
    pool.mapN((item) => note(item)(), ['a', 'b'])
    void pool.exec(note('last'), { priority: 9 })
    await pool.join()
    expect(started).toEqual(['spawnN', 'exec', 'spawn', 'submit', 'a', 'b', 'last'])
  })

  it('enters no function inside the call', async () => {
    const pool = new Pool()
    const fn = vi.fn()
    void pool.exec(fn)
    void pool.map(fn, [1])
    expect(fn).not.toHaveBeenCalled()
    await flush()
    expect(fn).toHaveBeenCalledTimes(2)
  })

  it('goes on whatever a task throws', async () => {
    const pool = new Pool(1)
    const boom = () => {
      throw new Error('at once')
    }
    await expect(pool.exec(boom)).rejects.toThrow('at once')
    await expect(pool.exec(() => Promise.reject(undefined))).rejects.toBeUndefined()
    await expect(pool.exec(() => 'fine')).resolves.toBe('fine')
  })

  it('gives functions neither `this` nor anything but their task', async () => {
    const pool = new Pool()
    const seen: unknown[] = []
    function fn(this: unknown, ...args: unknown[]): void {
      seen.push(this, args.length)
    }
    await pool.exec(fn)
    await pool.map(fn, [1])
    await pool.exec(fn, { name: 'named' })
    await pool.submit(fn, [])
    expect(seen).toEqual([undefined, 1, undefined, 2, undefined, 1, undefined, 0])
  })

  describe('size', () => {
    it('raised, starts waiting tasks in the same turn', async () => {
      const pool = new Pool(1)
      const fn = vi.fn(() => new Promise<void>(() => {}))
      for (let n = 0; n < 4; n++) pool.spawnN(fn)
      await flush()
      pool.size = 3
      await null
      expect(fn).toHaveBeenCalledTimes(3)
    })

    it('lowered, stops nobody and starts nothing until fewer run', async () => {
      const pool = new Pool(3)
      const gates = [0, 1, 2, 3].map(() => deferred())
      const started: number[] = []
      const handles = pool.mapN(
        (n) => {
          started.push(n)
          return gates[n]?.promise
        },
        [0, 1, 2, 3],
      )
      await flush()
      pool.size = 1
      expect(pool).toMatchObject({ running: 3, waiting: 1, isFull: true })
      gates[0]?.resolve()
      gates[1]?.resolve()
      await flush()
      expect(started).toEqual([0, 1, 2])
      gates[2]?.resolve()
      await flush()
      expect(started).toEqual([0, 1, 2, 3])
      gates[3]?.resolve()
      await handles[3]?.settled
    })

    it('keeps its value when a wrong one is refused', () => {
      const pool = new Pool(2)
      for (const size of [0, -1, 1.5, Number.NaN, '3' as never]) {
        expect(() => {
          pool.size = size
        }).toThrow('Expected `size` to be a positive integer or Infinity')
      }
      expect(pool.size).toBe(2)
    })
  })

  describe('spawn', () => {
    it('gives the handle right after the function was entered', async () => {
      const pool = new Pool(1)
      const gate = deferred()
      const order: string[] = []
      const first = pool.spawn(() => {
        order.push('entered')
        return gate.promise
      })
      void first.then(() => order.push('spawned'))
      const handle = await first
      expect(order).toEqual(['entered', 'spawned'])
      expect(handle).toMatchObject({ status: 'running', done: false })
      gate.resolve()
    })

    it('waits for a slot', async () => {
      const pool = new Pool(1)
      const gate = deferred()
      await pool.spawn(() => gate.promise)
      const spawned = vi.fn()
      const second = pool.spawn(() => 2).then(spawned)
      await flush()
      expect(spawned).not.toHaveBeenCalled()
      gate.resolve()
      await second
      expect(spawned).toHaveBeenCalledOnce()
    })

    it('gives a handle of a function that throws at once', async () => {
      const handle = await new Pool().spawn(() => {
        throw new Error('no')
      })
      expect(await handle.settled).toMatchObject({ status: 'rejected' })
    })

    it('gives the cancelled handle when the task was taken out of the line', async () => {
      const pool = new Pool(1)
      void pool.exec(() => new Promise(() => {}))
      const spawned = pool.spawn(() => 1)
      await flush()
      void pool.cancel({ waitMs: 0 })
      expect((await spawned).status).toBe('cancelled')
    })
  })

  describe('handle', () => {
    it('tells where its task is', async () => {
      const pool = new Pool({ size: 1, name: 'io' })
      const gate = deferred<string>()
      const handle = pool.spawnN(() => gate.promise)
      const named = pool.spawnN(() => 1, { name: 'mine' })
      expect(handle).toMatchObject({ id: 1, name: 'io-1', status: 'waiting', done: false })
      expect(named).toMatchObject({ id: 2, name: 'mine' })
      await flush()
      expect(handle.status).toBe('running')
      expect(() => handle.result()).toThrow(TaskNotSettledError)
      expect(() => handle.error()).toThrow(TaskNotSettledError)
      gate.resolve('done')
      await expect(handle.promise).resolves.toBe('done')
      expect(handle).toMatchObject({ status: 'fulfilled', done: true, name: 'io-1' })
      expect(handle.result()).toBe('done')
      expect(handle.error()).toBeUndefined()
      expect(await handle.settled).toEqual({ status: 'fulfilled', value: 'done' })
      await named.settled
      expect(named.name).toBe('mine')
    })

    it('throws and tells the error of a task that rejected', async () => {
      const error = new Error('x')
      const handle = new Pool().spawnN(() => Promise.reject(error))
      expect(await handle.settled).toEqual({ status: 'rejected', reason: error })
      expect(handle.error()).toBe(error)
      expect(() => handle.result()).toThrow(error)
      await expect(handle.promise).rejects.toBe(error)
    })

    it('is not thenable, and shows no insides', async () => {
      const handle = new Pool().spawnN(() => 1)
      expect('then' in handle).toBe(false)
      expect(await handle).toBe(handle)
      const { inspect } = await import('node:util')
      expect(inspect(handle)).toMatch(/^TaskHandle \{ id: 1, name: 'pool-1', status: '\w+' \}$/)
    })

    it('makes no unhandled rejection of a failure nobody reads', async () => {
      const unhandled = vi.fn()
      process.on('unhandledRejection', unhandled)
      const pool = new Pool()
      pool.spawnN(() => Promise.reject(new Error('unread')))
      await pool.spawn(() => Promise.reject(new Error('unread')), { timeoutMs: 1000 })
      await pool.join()
      await new Promise(setImmediate)
      process.off('unhandledRejection', unhandled)
      expect(unhandled).not.toHaveBeenCalled()
    })
  })

  describe('task', () => {
    it('says who it is', async () => {
      const pool = new Pool({ name: 'io' })
      const seen: PoolTask[] = []
      await pool.exec((task) => void seen.push(task), { name: 'one' })
      await pool.map((_, task) => seen.push(task), ['item'])
      expect(seen[0]).toMatchObject({ id: 1, name: 'one', pool })
      expect(seen[1]).toMatchObject({ id: 2, name: 'io-2', pool, deadline: undefined })
    })

    it('has one signal, also after its end', async () => {
      const pool = new Pool()
      const [seen] = await pool.map((_, task) => ({ task, signal: task.signal }), [1], {
        results: 'values',
      })
      expect(seen?.task.signal).toBe(seen?.signal)
      const [late] = await pool.map((_, task) => task, [1], { results: 'values' })
      expect(late?.signal.aborted).toBe(false)
    })
  })

  describe('onError', () => {
    it('is told of each task that ends rejected, read or not', async () => {
      const onError = vi.fn()
      const pool = new Pool({ onError })
      const error = new Error('x')
      const handle = pool.spawnN(() => Promise.reject(error))
      await pool.exec(() => Promise.reject(error)).catch(() => {})
      await pool.map(() => Promise.reject(error), [1])
      await pool.exec(() => 1)
      void pool.spawnN(() => 1).cancel()
      await pool.join()
      expect(onError).toHaveBeenCalledTimes(3)
      expect(onError).toHaveBeenNthCalledWith(1, error, handle)
    })

    it('may throw: the pool warns and goes on', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      const pool = new Pool({
        onError() {
          throw new Error('from onError')
        },
      })
      await expect(pool.exec(() => Promise.reject(new Error('x')))).rejects.toThrow('x')
      expect(warn).toHaveBeenCalledWith("onError of pool 'pool' threw: Error: from onError")
      warn.mockRestore()
    })
  })

  describe('queueLimit', () => {
    it('refuses what would wait past it', async () => {
      const pool = new Pool({ size: 1, queueLimit: 1 })
      const gate = deferred()
      const first = pool.exec(() => gate.promise)
      pool.spawnN(() => gate.promise)
      expect(() => pool.spawnN(() => 1)).toThrow(QueueFullError)
      await expect(pool.exec(() => 1)).rejects.toThrow(QueueFullError)
      await expect(pool.spawn(() => 1)).rejects.toThrow(QueueFullError)
      await expect(pool.submit(() => 1, [])).rejects.toThrow(QueueFullError)
      gate.resolve()
      await first
      await pool.join()
      await expect(pool.exec(() => 1)).resolves.toBe(1)
    })

    it('gives items of mapN past it a rejected handle, and always has room for map', async () => {
      const pool = new Pool({ size: 1, queueLimit: 1 })
      const handles = pool.mapN((n) => n, [1, 2, 3])
      expect(handles.map((handle) => handle.status)).toEqual(['waiting', 'waiting', 'rejected'])
      expect(handles[2]?.error()).toBeInstanceOf(QueueFullError)
      await expect(pool.map((n) => n, [1, 2, 3])).resolves.toEqual([1, 2, 3])
    })

    it('does not count what has the slot of the task around it', async () => {
      const pool = new Pool({ size: 1, queueLimit: 0 })
      const nested = task('pool-test/nested-stream', async function* (left: number): AsyncGenerator<
        number,
        void
      > {
        if (left > 0) yield* pool.stream(nested, [left - 1])
        yield left
      })
      const items: number[] = []
      for await (const item of pool.stream(nested, [2])) items.push(item)
      expect(items).toEqual([0, 1, 2])
    })
  })

  it('refuses everything once closed', async () => {
    const pool = new Pool()
    await pool.close()
    expect(() => pool.spawnN(() => 1)).toThrow(ExecutorClosedError)
    expect(() => pool.mapN(() => 1, [])).toThrow(ExecutorClosedError)
    await expect(pool.exec(() => 1)).rejects.toThrow(ExecutorClosedError)
    await expect(pool.spawn(() => 1)).rejects.toThrow(ExecutorClosedError)
    await expect(pool.map(() => 1, [])).rejects.toThrow(ExecutorClosedError)
    await expect(pool.submit(() => 1, [])).rejects.toThrow(ExecutorClosedError)
    await expect(pool.iterMap(() => 1, [1]).next()).rejects.toThrow(ExecutorClosedError)
    await expect(pool.stream(function* () {}, []).next()).rejects.toThrow(ExecutorClosedError)
    await expect(pool.ready()).rejects.toThrow(ExecutorClosedError)
  })
})
