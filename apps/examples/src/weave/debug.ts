/** A run that tells what it does, on stderr. `node dist/weave/debug.js` */
import { setTimeout as sleep } from 'node:timers/promises'
import { main } from '@conc/core'
import { weave } from '@conc/weave'

/** An answer that comes at the second time of asking. */
function flaky<T>(value: T): () => Promise<T> {
  let isFirst = true
  return async () => {
    await sleep(10)
    if (!isFirst) return value
    isFirst = false
    throw new Error('503 Service Unavailable')
  }
}

export const stock = weave({ shop: 'Leeds' })
  .do('shelves', async ({ shop }) => [`${shop} 1`, `${shop} 2`, `${shop} 3`])
  .do('deliveries', { retries: { times: 2, delayMs: 5 } }, flaky(12))
  .each('counts', 'shelves', { workers: 2 }, async (shelf) => {
    await sleep(10)
    return shelf.length
  })
  .do('total', ({ counts, deliveries }) => counts.reduce((a, b) => a + b, 0) + deliveries)

main(import.meta, async () => {
  const { total } = await stock.run({ debug: { values: true } })
  console.log(total)
})
