import fc from 'fast-check'
import { describe, it } from 'vitest'
import { PoolModel } from './model/pool-model.js'
import { SimplePoolModel } from './model/simple-pool-model.js'
import { behaviour, callbacks, poolSteps, simplePoolSteps } from './model/steps.js'

describe('a pool, driven in any order', () => {
  it('keeps its limits, its counts and its promises to every task: TaskPool', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.nat(3), poolSteps, async (scheduler, poolSize, all) => {
        const model = new PoolModel(scheduler, poolSize)
        await scheduler.waitFor(model.run(all))
        await scheduler.waitFor(model.end())
      }),
      { numRuns: 200 },
    )
  })

  it('keeps its limits, its counts and its promises to every task: SimpleTaskPool', async () => {
    const behaviours = fc.array(fc.record(behaviour), { minLength: 1, maxLength: 4 })
    const init = fc.record({ poolSize: fc.nat(4), callbacks, behaviours })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), init, simplePoolSteps, async (scheduler, given, all) => {
        const model = new SimplePoolModel(scheduler, given)
        await scheduler.waitFor(model.run(all))
        await scheduler.waitFor(model.end())
      }),
      { numRuns: 200 },
    )
  })
})
