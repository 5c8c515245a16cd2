import { ExecutorClosedError, TaskCancelledError } from '../../errors/executor-error.js'
import type { CloseOptions, Executor } from '../../executor.js'
import type { Check } from '../check.js'
import { look } from '../context-tasks.js'
import type { Harness } from '../harness.js'
import { misspelt, throwsForMisspelt } from '../misspelt.js'
import { bounded, streaming, tellsBodies } from '../needs.js'
import { countingItems, stuckItems, sumAsItem, sumOfStream } from '../stream-tasks.js'
import { failFirst } from '../tasks.js'

/** Promise 11: the end of an executor. */
export const closeChecks: readonly Check[] = [
  {
    promise: 11,
    title: 'an executor that was never used closes',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.fulfils(executor.close(), 'close() of an unused executor')
    },
  },
  {
    promise: 11,
    title: 'a misspelt option of `close` is refused at once, and closes nothing',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      throwsForMisspelt(h, 'close', () => executor.close(misspelt))
      await h.passThrough(executor)
    },
  },
  {
    promise: 11,
    title: '`close` finishes what was accepted, and waits for it',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const running = h.hold(executor, 'running')
      const waiting = h.hold(executor, 'waiting')
      await running.started()
      const closing = watchClose(executor)
      await h.quiet()
      h.ok(!closing.isOver(), 'close() resolved while accepted work was not finished.')
      await running.finish()
      await waiting.finish()
      await h.fulfils(closing.promise, 'close() after the work')
    },
  },
  {
    promise: 11,
    title: 'nothing is accepted from the call of `close` on',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const running = h.hold(executor, 'running')
      await running.started()
      const closing = executor.close()
      await isRefused(h, executor, 'a submit while the executor drains')
      await running.finish()
      await h.fulfils(closing, 'close')
      await isRefused(h, executor, 'a submit after close')
    },
  },
  {
    promise: 11,
    title: "`close({ pending: 'reject' })` cancels what waits and what runs",
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const calls = h.holdAll(executor, ['a', 'b', 'c'])
      await calls[0]?.started()
      const closing = executor.close({ pending: 'reject' })
      for (const call of calls) await isCancelledByClose(h, call.promise, call.id)
      if (h.tellsBodies) await calls[0]?.aborted()
      h.gate.releaseAll()
      await h.fulfils(closing, 'close')
    },
  },
  {
    promise: 11,
    title: 'what close cancels says whether its body had begun',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const running = h.hold(executor, 'running')
      const waiting = h.hold(executor, 'waiting')
      await running.started()
      const closing = executor.close({ pending: 'reject' })
      const begun = await isCancelledByClose(h, running.promise, 'running')
      h.ok(begun.started !== false, '`started` is false although the body had begun.')
      const { started } = await isCancelledByClose(h, waiting.promise, 'waiting')
      h.ok(started !== true, '`started` is true although the call had only waited.')
      h.gate.releaseAll()
      await h.fulfils(closing, 'close')
    },
  },
  {
    promise: 11,
    title: "`close({ pending: 'reject' })` never starts what waited",
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const [running, waiting] = h.holdAll(executor, ['running', 'waiting'])
      await running?.started()
      const closing = executor.close({ pending: 'reject' })
      h.gate.releaseAll()
      await h.fulfils(closing, 'close')
      await h.quiet()
      h.ok(!waiting?.hasStarted, 'a waiting call started after close had cancelled it.')
    },
  },
  {
    promise: 11,
    title: '`close` waits for the end of the bodies that it cancelled',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const call = h.hold(executor, 'deaf', { onAbort: 'ignore' })
      await call.started()
      const closing = watchClose(executor, { pending: 'reject' })
      await h.rejects(call.promise, 'the cancelled call')
      await h.quiet()
      h.ok(!closing.isOver(), 'close() resolved while a body still ran.')
      call.release()
      await h.fulfils(closing.promise, 'close() after the end of the body')
      h.ok(call.hasEnded, 'close() resolved before the body had ended.')
    },
  },
  {
    promise: 11,
    title: 'after `timeoutMs` a draining `close` cancels the rest and resolves',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ graceMs: 50 })
      const call = h.hold(executor, 'deaf', { onAbort: 'ignore' })
      await call.started()
      const closing = executor.close({ timeoutMs: h.shortMs })
      await isCancelledByClose(h, call.promise, call.id)
      // Where a body can be neither killed nor ended, it is left to itself.
      if (h.subject.capabilities.cancel !== 'forceful' && !h.isHere) call.release()
      await h.fulfils(closing, 'close() with a timeoutMs')
    },
  },
  {
    promise: 11,
    title: '`close` can be called again, at once and later',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.passThrough(executor)
      const both = Promise.all([executor.close(), executor.close()])
      await h.fulfils(both, 'two close() at once')
      await h.fulfils(executor.close(), 'close() after close')
      await h.fulfils(executor.close({ pending: 'reject' }), 'close() after close')
    },
  },
  {
    promise: 11,
    title: "a second `close({ pending: 'reject' })` hastens a draining one",
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const call = h.hold(executor, 'long')
      await call.started()
      const draining = executor.close()
      const hastened = executor.close({ pending: 'reject' })
      await isCancelledByClose(h, call.promise, call.id)
      call.release()
      await h.fulfils(Promise.all([draining, hastened]), 'both close()')
    },
  },
  {
    promise: 11,
    title: 'leaving an `await using` block closes the executor',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const call = h.hold(executor, 'last')
      await call.started()
      const left = executor[Symbol.asyncDispose]()
      await call.finish()
      await h.fulfils(left, 'Symbol.asyncDispose')
      await isRefused(h, executor, 'a submit after Symbol.asyncDispose')
    },
  },
  {
    promise: 11,
    title: "`close({ pending: 'reject' })` ends the pause between two attempts",
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const options = { retry: { times: 3, delayMs: 600_000 } }
      const call = executor.submit(failFirst, [h.gate.port, 'pausing', 1], options)
      call.then(undefined, () => {})
      await h.fulfils(h.gate.seen('pausing', 'ended'), 'the end of the first attempt')
      await h.quiet()
      const closing = executor.close({ pending: 'reject' })
      await isCancelledByClose(h, call, 'the pausing call')
      await h.fulfils(closing, 'close')
    },
  },
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

async function isRefused(h: Harness, executor: Executor, what: string): Promise<void> {
  const call = h.call(() => executor.submit(look, []), what)
  h.isA(await h.rejects(call, what), ExecutorClosedError, `the error of ${what}`)
}

async function isCancelledByClose(
  h: Harness,
  call: PromiseLike<unknown>,
  what: string,
): Promise<TaskCancelledError> {
  const error = await h.rejects(call, `'${what}', cancelled by close`)
  h.isA(error, TaskCancelledError, `the error of '${what}'`)
  h.same(error.origin, 'close', '`origin`')
  return error
}

function watchClose(
  executor: Executor,
  options?: CloseOptions,
): { promise: Promise<void>; isOver(): boolean } {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  const promise = executor.close(options)
  promise.then(over, over)
  return { promise, isOver: () => isOver }
}
