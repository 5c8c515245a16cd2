import { QueueFullError, task, UnknownTaskError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { TaskPool } from '../src/index.js'
import { settled } from './bodies.js'

describe('TaskPool', () => {
  describe('submit', () => {
    it('gives the result, as a task of the group `submit`', async () => {
      const pool = new TaskPool()
      const both = Promise.all([
        pool.submit((a: number, b: number) => a + b, [1, 2]),
        pool.submit((text: string) => text, ['x']),
      ])
      expect(await both).toEqual([3, 'x'])
      expect(pool.getGroupIds('submit')).toEqual(new Set([0, 1]))
      expect(await pool.gatherAndClose()).toHaveLength(2)
    })

    it('lets no more wait than `queueLimit` says, and counts no other tasks', async () => {
      const pool = new TaskPool({ poolSize: 1, queueLimit: 1 })
      const gate = deferred()
      const first = pool.submit(() => gate.promise, [])
      const second = pool.submit(() => 2, [])
      pool.apply(() => {}, { num: 5 })
      const third = pool.submit(() => 3, [])
      await expect(third).rejects.toBeInstanceOf(QueueFullError)
      await expect(third).rejects.toThrow('its queueLimit')
      gate.resolve()
      expect([await first, await second]).toEqual([undefined, 2])
      await pool.gatherAndClose()
    })

    it.each([
      ['submit', (pool: TaskPool, body: () => string) => pool.submit(body, [], { retry: 1 })],
      [
        'stream',
        async (pool: TaskPool, body: () => string) => {
          const yielding = async function* () {
            yield body()
          }
          return (await pool.stream(yielding, [], { retry: 1 }).next()).value
        },
      ],
    ])('repeats a body that failed by what another executor did: %s', async (_, call) => {
      const pool = new TaskPool()
      let begun = 0
      const result = call(pool, () => {
        if (++begun === 1) throw new UnknownTaskError('There is no such task.')
        return 'once more'
      })
      expect(await result).toBe('once more')
      await pool.close({ pending: 'reject' })
    })

    it('has the slot of the task that waits for it each time it is repeated', async () => {
      const pool = new TaskPool({ poolSize: 1 })
      let begun = 0
      const flaky = (): string => {
        if (++begun < 3) throw new Error('not yet')
        return 'the third time'
      }
      const outer = task('taskpool-test/waits-for-submit', () =>
        pool.submit(flaky, [], { retry: 2 }),
      )
      expect(await pool.submit(outer, [])).toBe('the third time')
    })

    it('rejects with the reason of its signal, and holds the slot until the body has ended', async () => {
      const pool = new TaskPool(1)
      const gate = deferred()
      const controller = new AbortController()
      const running = pool.submit(() => gate.promise, [], { signal: controller.signal })
      const next = pool.submit(() => 'next', [])
      await settled()
      controller.abort('enough')
      await expect(running).rejects.toBe('enough')
      await settled()
      expect([pool.numRunning, pool.numWaiting]).toEqual([1, 1])
      gate.resolve()
      expect(await next).toBe('next')
      await pool.gatherAndClose()
    })
  })

  describe('stream', () => {
    it('holds a slot from the first item to the last, or until it is left', async () => {
      const pool = new TaskPool(1)
      const ended: string[] = []
      async function* numbers() {
        try {
          for (let n = 0; ; n++) yield n
        } finally {
          ended.push('left')
        }
      }
      for await (const n of pool.stream(numbers, [])) {
        expect(pool.isFull).toBe(true)
        if (n === 2) break
      }
      expect([ended, pool.isFull]).toEqual([['left'], false])
      await pool.gatherAndClose()
    })

    it('is cancelled with all others', async () => {
      const pool = new TaskPool()
      const stream = pool.stream(async function* () {
        yield 1
        yield 2
      }, [])
      expect(await stream.next()).toEqual({ done: false, value: 1 })
      pool.cancelAll({ reason: 'all' })
      await expect(stream.next()).rejects.toBe('all')
      await pool.gatherAndClose()
      expect(pool.numRunning).toBe(0)
    })

    it.each(['signal', 'cancelAll'] as const)('is ended by %s in a later attempt', async (how) => {
      const pool = new TaskPool(1)
      const controller = new AbortController()
      let attempts = 0
      const body = async function* () {
        if (++attempts === 1) throw new Error('again')
        yield 1
        yield 2
      }
      const stream = pool.stream(body, [], { retry: 1, signal: controller.signal })
      await stream.next()
      if (how === 'signal') controller.abort('enough')
      else pool.cancelAll({ reason: 'enough' })
      await expect(stream.next()).rejects.toBe('enough')
      await pool.gatherAndClose({ throwOnError: false })
    })

    it('hears of the cancel, not of the end, where everything is cancelled at the close', async () => {
      const pool = new TaskPool()
      pool.map(
        (n: number) => n,
        (async function* () {
          await new Promise(() => {})
          yield 1
        })(),
      )
      const stream = pool.stream(async function* () {
        yield 1
        yield 2
      }, [])
      await stream.next()
      await pool.close({ pending: 'reject' })
      await expect(stream.next()).rejects.toMatchObject({ origin: 'close' })
    })

    it('holds no close when nobody pulls it, once all else has ended', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      const seen: string[] = []
      const stream = pool.stream(async function* () {
        try {
          yield 1
          yield 2
        } finally {
          seen.push('finally')
        }
      }, [])
      await stream.next()
      pool.apply(
        async () => {
          await gate.promise
          seen.push('task')
        },
        { onEnd: () => void seen.push('onEnd') },
      )
      const closed = pool.gatherAndClose()
      await settled()
      expect(seen).toEqual([])
      gate.resolve()
      expect(await closed).toMatchObject([
        { status: 'cancelled', reason: { origin: 'shutdown' } },
        { status: 'fulfilled' },
      ])
      expect(seen).toEqual(['task', 'onEnd', 'finally'])
      await expect(stream.next()).rejects.toMatchObject({ origin: 'shutdown' })
      expect(pool).toMatchObject({ numRunning: 0, numWaiting: 0, isClosed: true })
    })
  })
})
