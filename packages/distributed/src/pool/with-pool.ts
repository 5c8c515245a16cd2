import { withExecutor } from '@conc/core'
import { checkFunction } from '@conc/core/internal'
import { withLocks } from '../locks/locks.js'
import type { WorkerPoolOptions } from './options/pool-options.js'
import { WorkerPool } from './worker-pool.js'

/**
 * A pool whose workers are ready, for `await using`. Task calls go to it where it is told: by `submit`, `task.on(pool)`,
 * or `withExecutor(pool, …)`.
 *
 * @returns rejects with a `PoolStartError` when too few workers can start; nothing is left running then.
 * @throws {InvalidOptionError} at once, for a wrong option.
 * @example
 * await using pool = await createPool({ breadth: 2 })
 * console.log(await sample.on(pool)(1, 2))
 */
export function createPool(options?: WorkerPoolOptions): Promise<WorkerPool> {
  return started(new WorkerPool(options))
}

/**
 * Runs `fn` with a pool of worker processes that lives as long as `fn` does: every task call inside goes to it. Leaving
 * finishes accepted work within `shutdownTimeoutMs`, after a throw it cancels it; then the workers end.
 *
 * @returns what `fn` returns, or its error; rejects with a `PoolStartError` when too few workers can start.
 * @throws {InvalidOptionError} at once, for a wrong option.
 * @example
 * await withPool({ breadth: 4 }, async () => console.log(await sample(1, 2)))
 */
export function withPool<T>(
  options: WorkerPoolOptions,
  fn: (pool: WorkerPool) => T,
): Promise<Awaited<T>>
export function withPool<T>(fn: (pool: WorkerPool) => T): Promise<Awaited<T>>
export function withPool<T>(
  options: WorkerPoolOptions | ((pool: WorkerPool) => T),
  fn?: (pool: WorkerPool) => T,
): Promise<Awaited<T>> {
  const body = typeof options === 'function' ? options : fn
  checkFunction('fn', body)
  const pool = new WorkerPool(typeof options === 'function' ? {} : options)
  return runWith(pool, body as (pool: WorkerPool) => T)
}

async function runWith<T>(pool: WorkerPool, fn: (pool: WorkerPool) => T): Promise<Awaited<T>> {
  await started(pool)
  let result: Awaited<T>
  try {
    result = await withLocks(pool, () => withExecutor(pool, () => fn(pool)))
  } catch (error) {
    await pool.close({ pending: 'reject' })
    throw error
  }
  await pool[Symbol.asyncDispose]()
  return result
}

async function started(pool: WorkerPool): Promise<WorkerPool> {
  try {
    await pool.start()
    return pool
  } catch (error) {
    await pool.close({ pending: 'reject' })
    throw error
  }
}
