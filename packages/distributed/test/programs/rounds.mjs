import { main } from '@conc/core'
import { withPool } from '@conc/distributed'
import { add } from '../fixtures/tasks.mjs'

main(import.meta, async () => {
  const before = process.getActiveResourcesInfo().length
  for (let round = 0; round < 5; round++) {
    await withPool({ breadth: 1 }, () => Promise.all([1, 2, 3].map((n) => add(n, n))))
  }
  const after = process.getActiveResourcesInfo().length
  const listeners = process.listenerCount('exit')
  console.log(JSON.stringify({ more: Math.max(after - before, 0), listeners }))
})
