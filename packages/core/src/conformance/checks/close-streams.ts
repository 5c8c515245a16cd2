import { TaskCancelledError } from '../../errors/executor-error.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { streaming, tellsBodies } from '../needs.js'
import { countingItems, stuckItems, sumAsItem, sumOfStream } from '../stream-tasks.js'
import { isCancelledByClose } from './cancelled-by-close.js'

/** Promise 11: what the end of an executor is for its open streams. */
export const closeStreamChecks: readonly Check[] = [
  {
    promise: 11,
    title: "`close({ pending: 'reject' })` ends open streams",
    needs: [streaming, tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(stuckItems, [h.gate.port, 'open', 1])
      await h.fulfils(items.next(), 'the first item')
      const pending = items.next()
      pending.then(undefined, () => {})
      await h.fulfils(h.gate.seen('open', 'stuck'), 'the body at its last item')
      const closing = executor.close({ pending: 'reject' })
      await isCancelledByClose(h, pending, 'the awaited item')
      await h.fulfils(h.gate.seen('open', 'finally'), "the body's finally")
      await h.fulfils(closing, 'close')
    },
  },
  {
    promise: 11,
    title: '`close` ends a stream that nobody pulls any more, and says so to who comes back',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(countingItems, [h.gate.port, 'forgotten', 5000])
      await h.fulfils(items.next(), 'the first item')
      await h.fulfils(executor.close(), 'close() beside a stream that nobody pulls')
      h.ok(h.gate.has('forgotten', 'finally'), 'close() resolved before the body had ended.')
      const error = await h.rejects(items.next(), 'the next item')
      h.isA(error, TaskCancelledError, 'the error of the next item')
      h.same(error.origin, 'shutdown', '`origin`')
      h.same((await h.fulfils(items.next(), 'next() after that')).done, true, '`done`')
    },
  },
  {
    promise: 11,
    title: '`close` lets a task finish that reads a stream of its executor',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const sum = h.call(() => executor.submit(sumOfStream, [h.gate.port, 'reader', 3]), 'submit')
      sum.then(undefined, () => {})
      await h.fulfils(h.gate.seen('reader', 'first item'), 'the first item in the body')
      const closing = executor.close()
      await h.quiet()
      h.gate.release('reader')
      h.same(await h.fulfils(sum, 'the task that reads'), 3, 'the sum of its items')
      await h.fulfils(closing, 'close() after the task')
    },
  },
  {
    promise: 11,
    title: '`close` gives an item that is waited for, though its body makes it of another stream',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 2 })
      const items = executor.stream(sumAsItem, [h.gate.port, 'maker', 3])
      const sum = items.next()
      sum.then(undefined, () => {})
      await h.fulfils(h.gate.seen('maker', 'first item'), 'the first item in the body')
      const closing = executor.close()
      await h.quiet()
      h.gate.release('maker')
      h.same((await h.fulfils(sum, 'the item that is waited for')).value, 3, 'the item')
      await h.fulfils(closing, 'close() after the item')
    },
  },
]
