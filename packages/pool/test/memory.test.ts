import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Pool, type TaskHandle } from '../src/index.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Ends a task of which only the handle is kept. */
async function settle(pool: Pool): Promise<[TaskHandle<unknown>, Map<string, WeakRef<object>>]> {
  const fn = async () => 'value'
  const cb = (value: unknown) => value
  const ctx = { of: 'the callback' }
  const options = { cb, ctx, name: 'named' }
  const handle = pool.spawnN(fn, options)
  await pool.join()
  const refs = Object.entries({ fn, cb, ctx, options }).map(
    ([name, value]) => [name, new WeakRef<object>(value)] as const,
  )
  return [handle, new Map(refs)]
}

it('a settled task lets go of its function, its options and their context', async () => {
  const [handle, refs] = await settle(new Pool())
  await new Promise(setImmediate)
  gc()
  const kept = [...refs].filter(([, ref]) => ref.deref() !== undefined)
  expect(kept.map(([name]) => name)).toEqual([])
  expect(handle).toMatchObject({ name: 'named', status: 'fulfilled' })
  expect(handle.result()).toBe('value')
})
