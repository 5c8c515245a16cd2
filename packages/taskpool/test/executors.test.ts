import { AsyncLocalStorage } from 'node:async_hooks'
import { currentTask, inline, limit, type Task, task } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { type PoolTask, SimpleTaskPool, TaskPool } from '../src/index.js'

const area: Task<[number, number], number> = task(
  'taskpool-test/area',
  (a: number, b: number) => a * b,
)
const where: Task<[], string | undefined> = task(
  'taskpool-test/where',
  () => currentTask()?.executor,
)

describe('a task pool and executors', () => {
  it('gives declared tasks their arguments only', async () => {
    const pool = new TaskPool()
    expect(pool.apply(area, { args: [2, 3] })).toBe('apply-taskpool-test/area-group-0')
    pool.starmap(area, [[4, 5]])
    const outcomes = await pool.gatherAndClose()
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: 6 },
      { status: 'fulfilled', value: 20 },
    ])
  })

  it('runs declared tasks here, as their ambient executor', async () => {
    const pool = new TaskPool()
    pool.apply(where)
    const value = pool.name
    expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value }])
  })

  it('submits declared tasks and closures to an injected executor, and leaves it open', async () => {
    const executor = inline({ name: 'underneath' })
    const pool = new SimpleTaskPool(where as never, { executor })
    pool.start(1)
    const seen: number[] = []
    const tasks = new TaskPool({ executor: limit(executor, 1) })
    tasks.map((item: number, { id }: PoolTask) => seen.push(item + id), [10, 20])
    const value = 'underneath'
    expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value }])
    await tasks.gatherAndClose()
    expect(seen).toEqual([10, 21])
    expect(await executor.submit(() => 1, [])).toBe(1)
  })

  it('runs closures here where the executor underneath takes none', async () => {
    const executor = inline()
    const tasksOnly = Object.create(executor, {
      capabilities: { value: { ...executor.capabilities, closures: false } },
    })
    const pool = new TaskPool({ executor: tasksOnly })
    expect(pool.capabilities.closures).toBe(true)
    pool.apply(({ name }) => name)
    const value = `${pool.name}_Task-0`
    expect(await pool.gatherAndClose()).toEqual([{ status: 'fulfilled', value }])
  })

  it('cancels what runs over there', async () => {
    const pool = new TaskPool({ executor: inline() })
    const signals: AbortSignal[] = []
    pool.apply(
      ({ signal }) =>
        new Promise((_, reject) => {
          signals.push(signal)
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    )
    await new Promise((resolve) => setImmediate(resolve))
    pool.cancel(0, { reason: 'enough' })
    expect(await pool.gatherAndClose()).toEqual([{ status: 'cancelled', reason: 'enough' }])
    expect(signals[0]?.aborted).toBe(true)
  })

  it('enters functions in the async context of their call, callbacks too', async () => {
    const storage = new AsyncLocalStorage<string>()
    const pool = new TaskPool(1)
    const seen: unknown[] = []
    const note = () => seen.push(storage.getStore())
    function* items() {
      note()
      yield 1
    }
    storage.run('one', () => pool.map(note, items(), { onEnd: note }))
    storage.run('two', () => pool.apply(note, { onEnd: note }))
    await pool.gatherAndClose()
    expect(seen.filter((one) => one === 'one')).toHaveLength(3)
    expect(seen.filter((one) => one === 'two')).toHaveLength(2)
  })
})
