import { ExecutorClosedError, QueueFullError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import type { HeldCall } from '../held-call.js'
import { misspelt, throwsForMisspelt } from '../misspelt.js'
import { bounded, queueLimit } from '../needs.js'
import { descendWithRoom, mark } from '../tasks.js'

/** Promise 8: how an executor says that it has enough. */
export const backPressureChecks: readonly Check[] = [
  {
    promise: 8,
    title: '`ready` resolves where there is room',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 2 })
      await h.fulfils(executor.ready(), 'ready() of an idle executor')
      const one = h.hold(executor, 'one')
      await one.started()
      await h.fulfils(executor.ready(), 'ready() with one of two slots taken')
    },
  },
  {
    promise: 8,
    title: '`ready` waits for a free slot where the queue has no limit',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const one = h.hold(executor, 'one')
      await one.started()
      const ready = waiting(executor)
      await h.quiet()
      h.ok(!ready.isOver(), 'ready() resolved while every slot was taken.')
      await one.finish()
      await h.fulfils(ready.promise, 'ready() after a slot became free')
    },
  },
  {
    promise: 8,
    title: 'a misspelt option of `ready` is refused at once, by name',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      throwsForMisspelt(h, 'ready', () => executor.ready(misspelt))
      await h.passThrough(executor)
    },
  },
  {
    promise: 8,
    title: '`load` tells the queueLimit it was given',
    needs: [queueLimit],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ queueLimit: 7 })
      await h.eventually(() => executor.load.queueLimit === 7, '`load.queueLimit` had to be 7')
    },
  },
  {
    promise: 8,
    title: 'past `queueLimit` a submit rejects with QueueFullError and never runs',
    needs: [bounded, queueLimit],
    async run(h: Harness): Promise<void> {
      const { executor, first, second } = await fullQueue(h)
      const refused = h.hold(executor, 'refused')
      const error = await h.rejects(refused.promise, 'the call past queueLimit')
      h.isA(error, QueueFullError, 'the error')
      h.same(error.code, 'CONC_QUEUE_FULL', '`code`')
      h.same(error.retryable, true, '`retryable`')
      h.same(error.started, false, '`started`')
      await first.finish()
      await second.finish()
      await h.passThrough(executor)
      h.ok(!refused.hasStarted, 'the refused call ran.')
    },
  },
  {
    promise: 8,
    title: '`ready` waits for a place in the queue where it has a limit',
    needs: [bounded, queueLimit],
    async run(h: Harness): Promise<void> {
      const { executor, first, second } = await fullQueue(h)
      const ready = waiting(executor)
      await h.quiet()
      h.ok(!ready.isOver(), 'ready() resolved while the queue was full.')
      await first.finish()
      await second.started()
      await h.fulfils(ready.promise, 'ready() after a place became free')
    },
  },
  {
    promise: 8,
    title: 'a task finds room for its own calls where everything is full',
    needs: [bounded, queueLimit],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1, queueLimit: 1 })
      const calls = [1, 2].map(() => executor.submit(descendWithRoom, [3]))
      for (const call of calls) h.same(await h.fulfils(call, 'the task'), 3, 'its result')
      await h.passThrough(executor)
    },
  },
  {
    promise: 8,
    title: 'a cancelled call leaves its place in the queue',
    needs: [bounded, queueLimit],
    async run(h: Harness): Promise<void> {
      const { executor, cancel, second } = await fullQueue(h)
      cancel()
      await h.rejects(second.promise, 'the cancelled call')
      await h.fulfils(executor.ready(), 'ready() after a waiting call was cancelled')
      const third = h.hold(executor, 'third')
      await h.quiet()
      h.gate.releaseAll()
      await h.fulfils(third.promise, 'the call that took the place')
    },
  },
  {
    promise: 8,
    title: '`ready` can be given up',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const reason = new Error('waited long enough')
      const early = executor.ready({ signal: AbortSignal.abort(reason) })
      h.same(await h.rejects(early, 'ready() with an aborted signal'), reason, 'its reason')
      if (!h.subject.isBounded) return
      await h.hold(executor, 'one').started()
      const controller = new AbortController()
      const late = executor.ready({ signal: controller.signal })
      controller.abort(reason)
      h.same(await h.rejects(late, 'ready() given up'), reason, 'its reason')
    },
  },
  {
    promise: 8,
    title: '`ready` rejects after close',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.fulfils(executor.close(), 'close')
      const ready = h.call(() => executor.ready(), 'ready() after close')
      h.isA(await h.rejects(ready, 'ready() after close'), ExecutorClosedError, 'its error')
    },
  },
  {
    promise: 8,
    title: 'what follows a refused call runs',
    needs: [bounded, queueLimit],
    async run(h: Harness): Promise<void> {
      const { executor } = await fullQueue(h)
      for (let time = 0; time < 3; time++) {
        const refused = executor.submit(mark, ['refused'])
        h.isA(await h.rejects(refused, 'the call past queueLimit'), QueueFullError, 'the error')
      }
      h.gate.releaseAll()
      await h.fulfils(executor.ready(), 'ready() after the queue has emptied')
      await h.passThrough(executor)
    },
  },
]

interface FullQueue {
  readonly executor: Executor
  readonly first: HeldCall
  readonly second: HeldCall
  /** Cancels the second. */
  cancel(): void
}

/** One slot and one place to wait, both taken. */
async function fullQueue(h: Harness): Promise<FullQueue> {
  const executor = await h.open({ concurrency: 1, queueLimit: 1 })
  const controller = new AbortController()
  const first = h.hold(executor, 'first')
  await first.started()
  const second = h.hold(executor, 'second', { signal: controller.signal })
  await h.eventually(() => executor.load.waiting === 1, '`load.waiting` had to be 1')
  return { executor, first, second, cancel: () => controller.abort() }
}

function waiting(executor: Executor): { promise: Promise<void>; isOver(): boolean } {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  const promise = executor.ready()
  promise.then(over, over)
  return { promise, isOver: () => isOver }
}
