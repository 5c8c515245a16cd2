import { ExecutorClosedError } from '../../errors/executor-error.js'
import type { CloseOptions, Executor } from '../../executor.js'
import type { Check } from '../check.js'
import { look } from '../context-tasks.js'
import type { Harness } from '../harness.js'
import { misspelt, throwsForMisspelt } from '../misspelt.js'
import { bounded } from '../needs.js'
import { failFirst } from '../tasks.js'
import { isCancelledByClose } from './cancelled-by-close.js'

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
      const error = await isCancelledByClose(h, call, 'the pausing call')
      h.ok(error.started !== false, '`started` is false although the first attempt had begun.')
      await h.fulfils(closing, 'close')
    },
  },
]

async function isRefused(h: Harness, executor: Executor, what: string): Promise<void> {
  const call = h.call(() => executor.submit(look, []), what)
  h.isA(await h.rejects(call, what), ExecutorClosedError, `the error of ${what}`)
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
