import { getEventListeners } from 'node:events'
import type { Executor } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { streaming } from '../needs.js'
import { numbers } from '../stream-tasks.js'
import { echo, throwError } from '../tasks.js'

/** Promise 1, what is left behind: no listener, timer, handle or worker. */
export const residueChecks: readonly Check[] = [
  {
    promise: 1,
    title: 'calls leave no listener on a signal that outlives them',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      await h.passThrough(executor)
      const { signal } = new AbortController()
      await h.fulfils(Promise.allSettled(mixedCalls(h, executor, signal)), 'all calls')
      await noListener(h, signal, 'settled calls')
    },
  },
  {
    promise: 1,
    title: 'refused calls leave no listener on their signal',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.fulfils(executor.close(), 'close')
      const { signal } = new AbortController()
      await h.rejects(
        h.call(() => executor.submit(echo, [1], { signal }), 'submit'),
        'a call after close',
      )
      await noListener(h, signal, 'a refused call')
    },
  },
  {
    promise: 1,
    title: 'waiting for room leaves no listener on its signal',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const { signal } = new AbortController()
      await h.fulfils(executor.ready({ signal }), 'ready')
      await noListener(h, signal, 'ready()')
    },
  },
  {
    promise: 1,
    title: 'streams leave no listener on a signal that outlives them',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const { signal } = new AbortController()
      const whole = executor.stream(numbers, [3], { signal })
      while (!(await h.fulfils(whole.next(), 'an item')).done);
      const left = executor.stream(numbers, [3], { signal })
      await h.fulfils(left.next(), 'an item')
      await h.fulfils(left.return(), 'leaving the stream')
      await noListener(h, signal, 'streams')
    },
  },
  {
    promise: 1,
    title: 'nothing keeps the process alive after close',
    async run(h: Harness): Promise<void> {
      const before = activeResources()
      const executor = await h.open()
      await h.passThrough(executor)
      await h.fulfils(Promise.allSettled(mixedCalls(h, executor)), 'all calls')
      await h.fulfils(executor.close(), 'close')
      await h.eventually(
        () => excess(before).length === 0,
        () => `all that was opened had to go with close; left: ${excess(before).join(', ')}`,
      )
    },
  },
]

/** Calls that end in each way, with timers that would outlast the check. */
function mixedCalls(h: Harness, executor: Executor, signal?: AbortSignal): PromiseLike<unknown>[] {
  const options = { timeoutMs: 3_600_000, ...(signal && { signal }) }
  const fulfilled = Array.from({ length: 12 }, (_, index) =>
    executor.submit(echo, [index], options),
  )
  const rejected = executor.submit(throwError, ['TypeError'], options)
  const timedOut = h.hold(executor, 'timed out', { ...options, timeoutMs: h.shortMs })
  return [...fulfilled, rejected, timedOut.promise]
}

async function noListener(h: Harness, signal: AbortSignal, whose: string): Promise<void> {
  await h.eventually(
    () => getEventListeners(signal, 'abort').length === 0,
    `the listeners of ${whose} had to leave the caller's signal`,
  )
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo()) {
    if (type !== 'Immediate') counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}

function excess(before: ReadonlyMap<string, number>): string[] {
  return [...activeResources()].flatMap(([type, count]) => {
    const more = count - (before.get(type) ?? 0)
    return more > 0 ? [`${more} ${type}`] : []
  })
}
