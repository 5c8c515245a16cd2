import { setImmediate as turn } from 'node:timers/promises'
import { currentTask, TaskCancelledError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { merge, resultOf, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'

const many = Array.from({ length: 1200 }, (_, n) => n)

/** Reports the reason that a nested body was told to stop for. */
function stoppable(): { begun: Promise<void>; stopped: Promise<unknown>; run(): Promise<unknown> } {
  const begun = deferred()
  const stopped = deferred<unknown>()
  const inner = weave().do('inner', { needs: [] }, async (_deps, { signal }) => {
    begun.resolve()
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    stopped.resolve(signal.reason)
  })
  return { begun: begun.promise, stopped: stopped.promise, run: () => inner.run() }
}

// In this order: before the first one no async context was laid in this process, on Node 20 and 22.
describe('a run over more than 1000 items without options', () => {
  it('stops a weave that a body begins at once with that body', async () => {
    const nested = stoppable()
    const error = new Error('sibling')
    const run = weave()
      .each('items', many, (n) => n)
      .do('outer', () => nested.run())
      .do('fails', async () => {
        await nested.begun
        throw error
      })
      .run()
    await expect(run).rejects.toBe(error)
    expect(await nested.stopped).toBeInstanceOf(TaskCancelledError)
    expect(await nested.stopped).toMatchObject({ origin: 'parent', cause: { origin: 'sibling' } })
  })

  it('lets merge find its body, for tasks and for items', async () => {
    const r = await weave()
      .each('items', many, (n) => (n < 2 ? merge(() => n * 2) : n))
      .do('sum', async ({ items }) => (await merge((n: number) => n, items)).length)
      .do('failing', () => merge(() => Promise.reject(new RangeError('inside'))).catch(String))
      .run()
    expect(r.items.slice(0, 3)).toEqual([0, 2, 2])
    expect([r.sum, r.failing]).toEqual([1200, 'RangeError: inside'])
  })

  it('stops one that it begins after an await too, once a context was laid in this process', async () => {
    await weave()
      .do('small', () => currentTask())
      .run()
    const nested = stoppable()
    const error = new Error('sibling')
    const run = weave()
      .each('items', many, (n) => n)
      .do('outer', async () => {
        await turn()
        return await nested.run()
      })
      .do('fails', async () => {
        await nested.begun
        throw error
      })
      .run()
    await expect(run).rejects.toBe(error)
    expect(await nested.stopped).toBeInstanceOf(TaskCancelledError)
    expect(resultOf(error)?.values).toMatchObject({ items: many })
  })
})
