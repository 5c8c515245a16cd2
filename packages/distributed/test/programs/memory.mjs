import { main, withExecutor } from '@conc/core'
import { createPool } from '@conc/distributed'
import { add } from '../fixtures/tasks.mjs'

const used = () => {
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

main(import.meta, async () => {
  const pool = await createPool({ breadth: 1 })
  const { signal } = new AbortController()
  const call = add.with({ signal })
  const thousands = async (count) => {
    for (let round = 0; round < count; round++) {
      await withExecutor(pool, () => Promise.all(Array.from({ length: 1000 }, () => call(1, 2))))
    }
  }
  await thousands(10)
  const before = used()
  await thousands(60)
  const grown = used() - before
  console.log(grown < 2 * 1024 * 1024 ? 'flat' : `${grown} bytes more`)
  await pool.close()
})
