import { InvalidOptionError, TaskCancelledError, TaskTimeoutError } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import {
  AlreadyCancelledError,
  AlreadyEndedError,
  CallbackError,
  GroupExistsError,
  GroupNotFoundError,
  NotAFunctionError,
  PoolClosedError,
  PoolLockedError,
  type PoolTask,
  TaskNotFoundError,
  TaskPool,
} from '../src/index.js'

/** Ends by its signal only. */
function waits({ signal }: PoolTask): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

/** Lets everything happen that needs no further event. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

describe('TaskPool', () => {
  describe('apply', () => {
    it('runs the same work several times and returns before any of it begins', async () => {
      const pool = new TaskPool()
      const calls: unknown[] = []
      const work = (a: string, b: number, task: PoolTask) => calls.push([a, b, task.id, task.name])
      const group = pool.apply(work, { args: ['x', 1], num: 2 })
      expect([group, calls, pool.numWaiting]).toEqual(['apply-work-group-0', [], 2])
      await pool.gatherAndClose()
      expect(calls).toEqual([
        ['x', 1, 0, `${pool.name}_Task-0`],
        ['x', 1, 1, `${pool.name}_Task-1`],
      ])
    })

    it('puts kwargs between the arguments and the task', async () => {
      const pool = new TaskPool()
      const seen: unknown[] = []
      pool.apply((a, options, task) => seen.push([a, options, task.id]), {
        args: ['x'],
        kwargs: { deep: true },
      })
      await pool.gatherAndClose()
      expect(seen).toEqual([['x', { deep: true }, 0]])
    })

    it('counts a function that throws at once as a failed task', async () => {
      const pool = new TaskPool()
      const failure = new RangeError('at once')
      pool.apply(() => {
        throw failure
      })
      await expect(pool.gatherAndClose()).rejects.toBe(failure)
      expect(pool.isClosed).toBe(true)
    })

    it('repeats a failed task as `retry` says, with one id and one onEnd', async () => {
      const pool = new TaskPool()
      const ends: number[] = []
      const ids: number[] = []
      const work = ({ id }: PoolTask) => {
        ids.push(id)
        if (ids.length < 3) throw new Error('not yet')
        return 'done'
      }
      pool.apply(work, { retry: 5, onEnd: (id) => ends.push(id) })
      const value = 'done'
      expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value }])
      expect([ids, ends]).toEqual([[0, 0, 0], [0]])
    })

    it('cancels each task that takes longer than `timeoutMs`', async () => {
      const pool = new TaskPool()
      pool.apply(waits, { timeoutMs: 5, num: 2 })
      const outcomes = await pool.gatherAndClose()
      const reason = expect.any(TaskTimeoutError)
      expect(outcomes).toEqual([
        { status: 'cancelled', reason },
        { status: 'cancelled', reason },
      ])
    })
  })

  describe('map', () => {
    it('starts the next item as soon as any of its tasks has ended', async () => {
      const pool = new TaskPool()
      const gates = [deferred(), deferred(), deferred(), deferred()]
      const started: number[] = []
      const work = async (item: number) => {
        started.push(item)
        await gates[item]?.promise
      }
      pool.map(work, [0, 1, 2, 3], { numConcurrent: 2 })
      await settled()
      expect(started).toEqual([0, 1])
      gates[1]?.resolve()
      await settled()
      expect(started).toEqual([0, 1, 2])
      gates[2]?.resolve()
      await settled()
      expect(started).toEqual([0, 1, 2, 3])
      for (const gate of gates) gate.resolve()
      await pool.gatherAndClose()
    })

    it('starts the next item before the onEnd of the last one is over', async () => {
      const pool = new TaskPool(1)
      const told = deferred()
      const started: number[] = []
      pool.map((item: number) => started.push(item), [0, 1], { onEnd: () => told.promise })
      await settled()
      expect([started, pool.numEnded]).toEqual([[0, 1], 2])
      told.resolve()
      await pool.gatherAndClose()
    })

    it('pulls a sync source with room in hand only, an async one an item ahead', async () => {
      const pool = new TaskPool(0)
      const pulled: string[] = []
      function* numbers() {
        pulled.push('sync')
        yield 1
      }
      async function* letters() {
        pulled.push('async')
        yield 'a'
        pulled.push('async again')
      }
      const work = () => {}
      pool.map(work, numbers())
      pool.map(work, letters())
      await settled()
      expect(pulled).toEqual(['async'])
      pool.poolSize = 1
      await pool.gatherAndClose()
      expect(pulled).toEqual(['async', 'sync', 'async again'])
    })

    it('ends when its source throws, runs what it gave, and reports the error', async () => {
      const pool = new TaskPool()
      const failure = new Error('source')
      const seen: number[] = []
      function* source() {
        yield 1
        throw failure
      }
      pool.map((item: number) => seen.push(item), source())
      await settled()
      expect(pool.numWaiting).toBe(0)
      pool.map((item: number) => seen.push(item), [2])
      await expect(pool.gatherAndClose()).rejects.toBe(failure)
      expect(seen).toEqual([1, 2])
    })

    it('stops pulling when the group is cancelled, and closes the source once', async () => {
      const pool = new TaskPool()
      let returns = 0
      const source: Iterable<number> = {
        [Symbol.iterator]: () => ({
          next: () => ({ done: false as const, value: 1 }),
          return: () => {
            returns++
            return { done: true as const, value: undefined }
          },
        }),
      }
      const group = pool.map((_: number, task) => waits(task), source, { numConcurrent: 3 })
      await settled()
      pool.cancelGroup(group)
      expect([pool.numWaiting, pool.numRunning, returns]).toEqual([0, 3, 1])
      await pool.flush()
      expect([pool.numRunning, returns]).toEqual([0, 1])
      expect(() => pool.getGroupIds(group)).toThrow(GroupNotFoundError)
    })

    it('repeats failed items, each as one task, and no more at a time than it may', async () => {
      const pool = new TaskPool(2)
      const attempts = new Map<number, number>()
      let running = 0
      const work = async (item: number) => {
        expect(++running).toBeLessThanOrEqual(2)
        await Promise.resolve()
        running--
        const made = (attempts.get(item) ?? 0) + 1
        attempts.set(item, made)
        if (made <= item % 3) throw new Error('not yet')
        return item
      }
      pool.map(work, [0, 1, 2, 3, 4, 5], { numConcurrent: 2, retry: 2 })
      const outcomes = await pool.gatherAndClose()
      expect(outcomes).toEqual([0, 1, 2, 3, 4, 5].map((value) => ({ status: 'fulfilled', value })))
      expect([...attempts.values()].sort()).toEqual([1, 1, 2, 2, 3, 3])
      expect(pool.load.running).toBe(0)
    })

    it('cancels a task between two attempts, without an onCancel', async () => {
      const pool = new TaskPool()
      const told: string[] = []
      const fail = () => Promise.reject(new Error('no'))
      pool.map(fail, [1, 2], {
        retry: { times: 9, delayMs: 60_000 },
        onCancel: () => told.push('cancel'),
        onEnd: (id, { settled: { status } }) => told.push(`${status} ${id}`),
      })
      await settled()
      expect([pool.numRunning, pool.load.running]).toEqual([1, 0])
      pool.cancel(0, { reason: 'enough' })
      await settled()
      expect(pool.numRunning).toBe(1)
      pool.cancelAll()
      await pool.gatherAndClose()
      expect(told).toEqual(['cancelled 0', 'cancelled 1'])
    })

    it('can be cancelled by its own source', async () => {
      const pool = new TaskPool()
      const seen: number[] = []
      function* source() {
        yield 1
        pool.cancelAll()
        yield 2
      }
      pool.map((item: number) => seen.push(item), source())
      expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value: 1 }])
      expect(seen).toEqual([1])
    })
  })

  describe('starmap', () => {
    it('spreads tuples in front of the task', async () => {
      const pool = new TaskPool()
      const seen: unknown[] = []
      const copy = (from: number, to: number, task: PoolTask) => seen.push([from, to, task.id])
      const ranges: [number, number][] = [
        [0, 1],
        [2, 3],
      ]
      expect(pool.starmap(copy, ranges, { numConcurrent: 2 })).toBe('starmap-copy-group-0')
      await pool.gatherAndClose()
      expect(seen).toEqual([
        [0, 1, 0],
        [2, 3, 1],
      ])
    })

    it('fails the task of an item that is no tuple of that length, and goes on', async () => {
      const pool = new TaskPool()
      const items = [[1], 5, [1, 2], [3]] as [number][]
      pool.starmap((one: number) => one, items)
      const outcomes = await pool.gatherAndClose({ throwOnError: false })
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ])
    })
  })

  describe('doublestarmap', () => {
    it('takes plain objects only', async () => {
      const pool = new TaskPool()
      const items = [{ to: 'a' }, new Date(), Object.create(null)] as { to: string }[]
      pool.doublestarmap(({ to }) => to, items)
      const outcomes = await pool.flush({ throwOnError: false }).then(() => {
        return pool.gatherAndClose({ throwOnError: false })
      })
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    })
  })

  describe('groups', () => {
    it('are named after method and function, with the lowest free index', async () => {
      const pool = new TaskPool()
      const work = () => {}
      const names = [pool.apply(work), pool.apply(work), pool.apply(() => {})]
      expect(names).toEqual(['apply-work-group-0', 'apply-work-group-1', 'apply-anonymous-group-0'])
      pool.cancelGroup('apply-work-group-0')
      expect(pool.map(work, [])).toBe('map-work-group-0')
      expect([pool.apply(work), pool.apply(work)]).toEqual([
        'apply-work-group-0',
        'apply-work-group-2',
      ])
      await pool.gatherAndClose()
    })

    it('keep the ids of ended tasks until they are forgotten', async () => {
      const pool = new TaskPool()
      pool.apply(() => {}, { num: 2, groupName: 'short' })
      pool.apply(waits, { groupName: 'long' })
      await settled()
      expect(pool.getGroupIds('short', 'long')).toEqual(new Set([0, 2, 1]))
      expect(pool.getGroupIds()).toEqual(new Set())
      await pool.flush()
      expect(pool.getGroupIds('short')).toEqual(new Set([0, 2]))
      await pool.flush({ groups: true })
      expect(() => pool.getGroupIds('short')).toThrow("No task group named 'short' exists")
      expect(pool.getGroupIds('long')).toEqual(new Set([1]))
      pool.cancelAll()
      await pool.gatherAndClose()
    })

    it('have to be new', async () => {
      const pool = new TaskPool()
      pool.apply(() => {}, { groupName: 'mine' })
      const again = () => pool.apply(() => {}, { groupName: 'mine' })
      expect(again).toThrow(GroupExistsError)
      expect(again).toThrow("Task group named 'mine' already exists")
      await pool.gatherAndClose()
    })

    it('are cancelled by the signal of their call', async () => {
      const pool = new TaskPool()
      const controller = new AbortController()
      pool.apply(waits, { num: 2, signal: controller.signal })
      pool.apply(() => {}, { signal: AbortSignal.abort('before') })
      await settled()
      expect(pool.numRunning).toBe(2)
      controller.abort('enough')
      const outcomes = await pool.gatherAndClose()
      expect(outcomes).toEqual([
        { status: 'cancelled', reason: 'enough' },
        { status: 'cancelled', reason: 'enough' },
      ])
    })
  })

  describe('poolSize', () => {
    it('starts waiting tasks in this turn when raised, and stops none when lowered', async () => {
      const pool = new TaskPool(1)
      pool.apply(waits, { num: 3 })
      await settled()
      expect([pool.numRunning, pool.numWaiting, pool.isFull]).toEqual([1, 2, true])
      pool.poolSize = 3
      await Promise.resolve()
      expect([pool.numRunning, pool.numWaiting]).toEqual([3, 0])
      pool.poolSize = 0
      expect([pool.poolSize, pool.numRunning]).toEqual([0, 3])
      pool.apply(() => {})
      pool.cancel([0, 1, 2])
      await settled()
      expect([pool.numRunning, pool.numWaiting, pool.isFull]).toEqual([0, 1, true])
      pool.poolSize = Number.POSITIVE_INFINITY
      await pool.gatherAndClose()
    })

    it('keeps the old one when it is given nonsense', () => {
      const pool = new TaskPool(2)
      for (const size of [-1, 1.5, Number.NaN, '3']) {
        expect(() => {
          pool.poolSize = size as number
        }).toThrow(InvalidOptionError)
      }
      expect(pool.poolSize).toBe(2)
    })
  })

  describe('cancel', () => {
    it('cancels all of the ids or, if one is bad, none', async () => {
      const pool = new TaskPool()
      pool.apply(waits, { num: 2 })
      pool.apply(() => {})
      await settled()
      expect(() => pool.cancel([0, 9])).toThrow(`No task with ID 9 found in ${pool.name}`)
      expect(() => pool.cancel([0, 9])).toThrow(TaskNotFoundError)
      expect(() => pool.cancel([0, 1])).toThrow(AlreadyEndedError)
      expect(() => pool.cancel([0, 1])).toThrow(`'${pool.name}_Task-1' has finished running`)
      pool.cancel(0, { reason: 'why not' })
      expect(() => pool.cancel([2, 0])).toThrow(AlreadyCancelledError)
      expect(pool.numRunning).toBe(2)
      pool.cancel(new Set([2]))
      const [first, , second] = await pool.flush()
      expect(first).toEqual({ status: 'cancelled', reason: 'why not' })
      expect(second).toMatchObject({ status: 'cancelled', reason: { origin: 'cancel' } })
      expect(() => pool.cancel(0)).toThrow(TaskNotFoundError)
      await pool.gatherAndClose()
    })

    it('calls onCancel in the slot and then onEnd, the counters ahead of both', async () => {
      const pool = new TaskPool(1)
      const seen: unknown[] = []
      const told = deferred()
      const note = (what: string) => (id: number) => {
        seen.push([what, id, pool.numRunning, pool.numCancelled, pool.numEnded, pool.isFull])
        return told.promise
      }
      pool.apply(waits, { onCancel: note('cancel'), onEnd: note('end') })
      await settled()
      pool.cancel(0)
      await settled()
      expect(seen).toEqual([['cancel', 0, 0, 1, 0, true]])
      expect(() => pool.cancel(0)).toThrow(AlreadyCancelledError)
      told.resolve()
      await settled()
      expect(seen[1]).toEqual(['end', 0, 0, 0, 1, false])
      await pool.gatherAndClose()
    })

    it('counts a body that recovers or fails in its clean-up as what it is', async () => {
      const pool = new TaskPool()
      const failure = new Error('clean-up')
      const cancels: number[] = []
      const onCancel = (id: number) => cancels.push(id)
      const recovers = (task: PoolTask) => waits(task).catch(() => 'saved')
      const fails = (task: PoolTask) => waits(task).catch(() => Promise.reject(failure))
      pool.apply(recovers, { onCancel })
      pool.apply(fails, { onCancel })
      await settled()
      pool.cancelAll()
      expect(await pool.gatherAndClose({ throwOnError: false })).toEqual([
        { status: 'fulfilled', value: 'saved' },
        { status: 'rejected', reason: failure },
      ])
      expect(cancels).toEqual([])
    })

    it('takes waiting submits along', async () => {
      const pool = new TaskPool(1)
      const running = pool.submit(() => new Promise(() => {}), [])
      const waiting = pool.submit(() => 1, [])
      await settled()
      pool.cancelAll({ reason: 'all' })
      await expect(running).rejects.toBe('all')
      await expect(waiting).rejects.toBe('all')
      expect([pool.numWaiting, pool.numRunning]).toEqual([0, 1])
    })
  })

  describe('flush', () => {
    it('returns outcomes in start order and forgets the tasks', async () => {
      const pool = new TaskPool()
      const gate = deferred<string>()
      pool.apply(() => gate.promise)
      pool.apply(() => 'second')
      await settled()
      gate.resolve('first')
      await settled()
      expect(pool.numEnded).toBe(2)
      expect(await pool.flush()).toEqual([
        { status: 'fulfilled', value: 'first' },
        { status: 'fulfilled', value: 'second' },
      ])
      expect([pool.numEnded, await pool.flush()]).toEqual([0, []])
      await pool.gatherAndClose()
    })

    it('throws one error as it is, several together, and each only once', async () => {
      const pool = new TaskPool()
      const one = new Error('one')
      const two = new Error('two')
      pool.map((error: Error) => Promise.reject(error), [one, two], { numConcurrent: 2 })
      await settled()
      await expect(pool.flush()).rejects.toMatchObject({ errors: [one, two] })
      pool.apply(() => Promise.reject(one))
      await settled()
      await expect(pool.flush()).rejects.toBe(one)
      await expect(pool.gatherAndClose()).resolves.toEqual([])
    })

    it('reports callbacks that throw, which hold up nothing', async () => {
      const pool = new TaskPool(1)
      const cause = new Error('callback')
      const onEnd = () => {
        throw cause
      }
      pool.map((item: number) => item, [1, 2], { onEnd })
      await settled()
      const error = await pool.flush().catch((thrown: AggregateError) => thrown.errors[0])
      expect(error).toBeInstanceOf(CallbackError)
      expect(error).toMatchObject({ taskId: 0, callback: 'onEnd', cause })
      await pool.gatherAndClose()
    })

    it('keeps failures only, or nothing, as `retain` says', async () => {
      const all = (pool: TaskPool) => {
        pool.apply(() => 1)
        pool.apply(() => Promise.reject(new Error('no')))
        return pool.gatherAndClose({ throwOnError: false })
      }
      const statuses = async (retain: 'errors' | 'none') =>
        (await all(new TaskPool({ retain }))).map(({ status }) => status)
      expect(await statuses('errors')).toEqual(['rejected'])
      expect(await statuses('none')).toEqual([])
    })

    it('leaves what a submit promise reported to that promise', async () => {
      const pool = new TaskPool()
      await expect(pool.submit(() => Promise.reject(new Error('told')), [])).rejects.toThrow('told')
      await expect(pool.gatherAndClose()).resolves.toHaveLength(1)
    })
  })

  describe('locking and closing', () => {
    it('refuses new tasks while locked, and runs what was accepted', async () => {
      const pool = new TaskPool(1)
      const seen: number[] = []
      pool.map((item: number) => seen.push(item), [1, 2, 3])
      pool.lock()
      pool.lock()
      expect(() => pool.apply(() => {})).toThrow(PoolLockedError)
      expect(() => pool.apply(() => {})).toThrow(`${pool.name} is locked`)
      await expect(pool.submit(() => 1, [])).rejects.toBeInstanceOf(PoolLockedError)
      pool.unlock()
      expect(await pool.submit(() => 1, [])).toBe(1)
      const closing = pool.gatherAndClose()
      pool.unlock()
      expect([pool.isLocked, pool.isClosed]).toEqual([true, false])
      expect(() => pool.apply(() => {})).toThrow(PoolClosedError)
      await closing
      expect([seen, pool.isClosed]).toEqual([[1, 2, 3], true])
      await expect(pool.submit(() => 1, [])).rejects.toThrow(`${pool.name} is closed`)
    })

    it('waits in ready() for the unlock and for room', async () => {
      const pool = new TaskPool(1)
      pool.lock()
      let isReady = false
      const ready = pool.ready().then(() => {
        isReady = true
      })
      await settled()
      expect(isReady).toBe(false)
      pool.unlock()
      await ready
      await pool.gatherAndClose()
      await expect(pool.ready()).rejects.toBeInstanceOf(PoolClosedError)
    })

    it('shares one closing, which a signal leaves alone', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      pool.apply(() => gate.promise)
      const first = pool.gatherAndClose()
      const second = pool.gatherAndClose()
      const impatient = pool.gatherAndClose({ signal: AbortSignal.abort('late') })
      await expect(impatient).rejects.toBe('late')
      const closed = pool.untilClosed()
      gate.resolve()
      expect(await first).toEqual(await second)
      expect([await closed, await pool.untilClosed()]).toEqual([true, true])
      expect(await pool.gatherAndClose()).toEqual([])
    })

    it('closes without a word of failures, and forgets them', async () => {
      const pool = new TaskPool()
      pool.apply(() => Promise.reject(new Error('unheard')))
      const gathered = pool.gatherAndClose({ throwOnError: false })
      await pool.close()
      expect([pool.isClosed, pool.numEnded, (await gathered).length]).toEqual([true, 0, 1])
      const another = new TaskPool()
      another.apply(() => Promise.reject(new Error('unheard')))
      await another.close()
      expect([another.numEnded, await another.gatherAndClose()]).toEqual([0, []])
    })

    it('leaves what still runs when the time for its end is over', async () => {
      const pool = new TaskPool()
      const gate = deferred()
      const signals: AbortSignal[] = []
      pool.apply(({ signal }) => {
        signals.push(signal)
        return gate.promise
      })
      await settled()
      await pool.close({ timeoutMs: 1 })
      expect([pool.isClosed, pool.numRunning, signals[0]?.aborted]).toEqual([true, 1, true])
      gate.resolve()
    })

    it('cancels first when it is disposed of with `onDispose: cancel`', async () => {
      let reason: unknown
      {
        await using pool = new TaskPool({ onDispose: 'cancel' })
        pool.apply((task) => waits(task), {
          onCancel: (_, { settled: ending }) => {
            reason = 'reason' in ending && ending.reason
          },
        })
        await settled()
      }
      expect(reason).toBeInstanceOf(TaskCancelledError)
    })
  })

  it('refuses wrong arguments before anything starts or a name is taken', () => {
    const pool = new TaskPool()
    const promise = Promise.resolve()
    const wrong: (() => unknown)[] = [
      () => pool.apply(promise as never),
      () => pool.apply(() => {}, { onEnd: 5 as never }),
      () => pool.apply(() => {}, { args: 'no' as never }),
      () => pool.apply(() => {}, { num: 0 }),
      () => pool.apply(() => {}, { groupName: '' }),
      () => pool.map(() => 1, 5 as never),
      () => pool.map(() => 1, [], { numConcurrent: 0 }),
      () => new TaskPool(-1),
      () => new TaskPool({ retain: 'some' as never }),
      () => new TaskPool({ size: 3 } as never),
    ]
    for (const call of wrong) expect(call).toThrow(InvalidOptionError)
    expect(wrong[0]).toThrow(NotAFunctionError)
    expect(wrong[0]).toThrow('pass the function, not its result')
    expect(pool.numWaiting).toBe(0)
    expect(pool.apply(() => {})).toBe('apply-anonymous-group-0')
  })

  it('writes a line for each step', async () => {
    const lines: string[] = []
    const pool = new TaskPool({ name: 'mine', log: (line) => lines.push(line) })
    pool.apply(waits)
    await settled()
    pool.cancel(0)
    pool.lock()
    pool.unlock()
    await pool.gatherAndClose()
    expect(lines).toEqual([
      'TaskPool-mine initialized',
      'Started TaskPool-mine_Task-0',
      'Cancelling TaskPool-mine_Task-0 ...',
      'TaskPool-mine is locked!',
      'TaskPool-mine was unlocked.',
      'TaskPool-mine is locked!',
      'Cancelled TaskPool-mine_Task-0',
      'Ended TaskPool-mine_Task-0',
    ])
  })
})
