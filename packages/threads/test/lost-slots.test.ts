import { ThreadExecutor } from '@conc/threads'
import { describe, expect, it } from 'vitest'
import { add, depth, exit } from './fixtures/tasks.mjs'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('slots of a lost thread', () => {
  // Several calls that had not begun there enter another thread at once, and hold its slots then.
  it('are given back once, however many of its calls go on elsewhere', {
    timeout: 60_000,
  }, async () => {
    for (let round = 0; round < 40; round++) {
      const threads = new ThreadExecutor({ maxThreads: 2, tasksPerThread: 2, graceMs: 5 })
      const calls = [threads.submit(depth, [5]), threads.submit(add, [1, 1])]
      calls.push(threads.submit(exit, [1]), threads.submit(exit, [1]))
      const settled = Promise.allSettled(calls)
      await turn()
      const closed = threads.close()
      await settled
      await closed
      expect(threads.load).toMatchObject({ running: 0, waiting: 0 })
    }
  })
})
