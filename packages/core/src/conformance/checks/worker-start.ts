import { ExecutorError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { brokenStart, streaming } from '../needs.js'
import { numbers } from '../stream-tasks.js'
import { echo } from '../tasks.js'

/** Promise 12: workers that cannot start. */
export const workerStartChecks: readonly Check[] = [
  {
    promise: 12,
    title: 'everything that waits for a worker that cannot start rejects, with the reason',
    needs: [brokenStart],
    async run(h: Harness): Promise<void> {
      const executor = await openBroken(h)
      const calls = [1, 2, 3, 4].map((number) => executor.submit(echo, [number]))
      for (const call of calls) call.then(undefined, () => {})
      for (const call of calls) isStartFailure(h, await h.rejects(call, 'a call that waits for it'))
    },
  },
  {
    promise: 12,
    title: 'later work rejects too, and does not hang',
    needs: [brokenStart],
    async run(h: Harness): Promise<void> {
      const executor = await openBroken(h)
      for (const which of ['the first call', 'the second call', 'the third call']) {
        isStartFailure(h, await h.rejects(executor.submit(echo, [which]), which))
      }
    },
  },
  {
    promise: 12,
    title: 'a stream rejects at its first item',
    needs: [brokenStart, streaming],
    async run(h: Harness): Promise<void> {
      const executor = await openBroken(h)
      const items = executor.stream(numbers, [3])
      isStartFailure(h, await h.rejects(items.next(), 'the first item'))
    },
  },
  {
    promise: 12,
    title: '`ready` settles and `close` resolves',
    needs: [brokenStart],
    async run(h: Harness): Promise<void> {
      const executor = await openBroken(h)
      await h.rejects(executor.submit(echo, [1]), 'a call')
      await h.fulfils(Promise.allSettled([executor.ready()]), 'ready()')
      await h.fulfils(executor.close(), 'close()')
    },
  },
]

async function openBroken(h: Harness): Promise<Executor> {
  const { brokenStart: create } = h.subject
  h.ok(create, 'there is no `brokenStart`.')
  return await h.openWith(create, { concurrency: 1 })
}

function isStartFailure(h: Harness, error: unknown): void {
  h.isA(error, ExecutorError, 'the error of work whose worker cannot start')
  h.same(error.started, false, '`started`')
  h.ok(error.cause !== undefined || error.message !== '', 'the error gives no reason.')
}
