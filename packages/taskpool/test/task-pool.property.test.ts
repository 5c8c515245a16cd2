import fc from 'fast-check'
import { describe, it } from 'vitest'
import { PoolModel, steps } from './pool-model.js'

describe('TaskPool, driven in any order', () => {
  it('keeps its limits, its counts and its promises to every task', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(3), steps, async (scheduler, poolSize, all) => {
        const model = new PoolModel(scheduler, poolSize)
        await scheduler.waitFor(model.run(all))
        await scheduler.waitFor(model.end())
      }),
      { numRuns: 200 },
    )
  })
})
