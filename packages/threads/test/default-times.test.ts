import { ThreadExecutor } from '@conc/threads'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { add, stubborn } from './fixtures/tasks.mjs'
import { firstReport } from './gate.js'

/** Lets everything happen that threads have to say, while the clock stands. */
async function until(isMet: () => boolean): Promise<void> {
  while (!isMet()) await new Promise(setImmediate)
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

it('a cancelled body has 1000 ms before its thread is ended', async () => {
  await using threads = new ThreadExecutor({ maxThreads: 1 })
  const [controller, started] = [new AbortController(), firstReport()]
  const { signal } = controller
  const call = threads.submit(stubborn, [], { signal, onProgress: started.onProgress })
  await started.promise
  controller.abort('over')
  await expect(call).rejects.toBe('over')
  vi.advanceTimersByTime(999)
  await new Promise(setImmediate)
  expect(threads.metrics()).toMatchObject({ threads: 1, running: 1 })
  vi.advanceTimersByTime(1)
  await until(() => threads.metrics().threads === 0)
  expect(threads.metrics()).toMatchObject({ running: 0, cancelled: 1 })
})

it('a thread has 30 seconds to start', async () => {
  const modules = [new URL('./fixtures/halting.mjs', import.meta.url)]
  await using threads = new ThreadExecutor({ maxThreads: 1, modules })
  let outcome: unknown
  const call = threads.submit(add, [1, 1]).catch((error: unknown) => {
    outcome = error
  })
  await new Promise(setImmediate)
  vi.advanceTimersByTime(29_999)
  await new Promise(setImmediate)
  expect(outcome).toBeUndefined()
  vi.advanceTimersByTime(1)
  await call
  expect(outcome).toMatchObject({
    code: 'CONC_WORKER_LOST',
    message: expect.stringContaining('within 30000 ms'),
  })
})

it('a thread without a call lives on for 10 seconds', async () => {
  const now = performance.now.bind(performance)
  let passed = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + passed)
  await using threads = new ThreadExecutor({ maxThreads: 1 })
  await threads.submit(add, [1, 1])
  const pass = (ms: number): void => {
    passed += ms
    vi.advanceTimersByTime(ms)
  }
  pass(9999)
  await new Promise(setImmediate)
  expect(threads.metrics().threads).toBe(1)
  pass(1)
  await until(() => threads.metrics().threads === 0)
  clock.mockRestore()
})
