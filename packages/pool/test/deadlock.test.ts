import { task } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { Pool, PoolDeadlockError } from '../src/index.js'

const detecting = (size: number) => new Pool({ size, name: 'io', detectDeadlock: true })

describe('detectDeadlock', () => {
  it.each([
    ['join', async (pool: Pool): Promise<unknown> => await pool.join()],
    ['close', async (pool: Pool): Promise<unknown> => await pool.close()],
    ['cancel', async (pool: Pool): Promise<unknown> => await pool.cancel()],
    ['exec', async (pool: Pool): Promise<unknown> => await pool.exec(() => 1)],
    ['submit', async (pool: Pool): Promise<unknown> => await pool.submit(() => 1, [])],
    ['spawn', async (pool: Pool): Promise<unknown> => await pool.spawn(() => 1)],
    ['map', async (pool: Pool): Promise<unknown> => await pool.map(() => 1, [1])],
  ])('rejects %s in a task, and in a callback', async (call, wait) => {
    const pool = detecting(1)
    const expected = { code: 'CONC_POOL_DEADLOCK', pool: 'io', call }
    await expect(pool.exec(() => wait(pool))).rejects.toBeInstanceOf(PoolDeadlockError)
    await expect(pool.exec(() => 1, { cb: () => wait(pool) })).rejects.toMatchObject(expected)
    expect((await pool.map(() => wait(pool), [1]))[0]).toMatchObject(expected)
    expect(pool.isEmpty).toBe(true)
    expect(await pool.exec(() => 'open')).toBe('open')
  })

  it('rejects a cancel of itself, by handle too, and no other', async () => {
    const pool = detecting(3)
    const gate = deferred()
    const other = pool.spawnN(() => gate.promise)
    const self = pool.spawnN(async () => {
      await expect(pool.cancel({ handles: [self] })).rejects.toThrow(PoolDeadlockError)
      await expect(self.cancel()).rejects.toThrow(PoolDeadlockError)
      const cancelled = pool.cancel(other)
      gate.resolve()
      return (await cancelled).cancelled
    })
    expect(await self.promise).toBe(1)
  })

  it('lets through what can end', async () => {
    const pool = detecting(2)
    expect(await pool.exec(() => pool.exec(() => 'a slot is free'))).toBe('a slot is free')
    const full = detecting(1)
    const queued = await full.exec(() => full.spawnN(() => 'later'))
    expect(await queued.promise).toBe('later')
    expect(await new Pool(1).exec(() => pool.join())).toBe(true)
  })

  it('knows that a task lends its slot to those it waits for', async () => {
    const pool = detecting(1)
    const down = task(
      'pool-test/down',
      async (n: number): Promise<number> => (n === 0 ? 0 : await down(n - 1)),
    )
    expect(await pool.exec(down, { args: [3] })).toBe(0)
  })

  it('forgets a task that has ended', async () => {
    const pool = detecting(1)
    const later = deferred()
    const after = await pool.exec(() => ({ joined: later.promise.then(() => pool.join()) }))
    later.resolve()
    expect(await after.joined).toBe(true)
  })
})
