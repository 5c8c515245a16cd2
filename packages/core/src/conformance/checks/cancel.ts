import type { Executor } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import type { HeldCall } from '../held-call.js'
import { bounded, identity, kills, tellsBodies } from '../needs.js'
import { echo, holdChild, signals } from '../tasks.js'

const reason = new Error('the caller changed its mind')

/** Promise 3: a cancel before the start, while running, afterwards; of one call and of its children. */
export const cancelChecks: readonly Check[] = [
  {
    promise: 3,
    title: 'a signal aborted before the submit: never runs',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const call = h.hold(executor, 'aborted', { signal: AbortSignal.abort(reason) })
      h.same(await h.rejects(call.promise, 'the call'), reason, 'what the call rejects with')
      await neverStarts(h, executor, call)
    },
  },
  {
    promise: 3,
    title: 'a signal aborted in the same turn as the submit: never runs',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const call = h.hold(executor, 'aborted', { signal: controller.signal })
      controller.abort(reason)
      h.same(await h.rejects(call.promise, 'the call'), reason, 'what the call rejects with')
      await neverStarts(h, executor, call)
    },
  },
  {
    promise: 3,
    title: 'a signal aborted while the call waits: rejects at once and never runs',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const controller = new AbortController()
      const first = h.hold(executor, 'first')
      const call = h.hold(executor, 'waiting', { signal: controller.signal })
      const next = h.hold(executor, 'next')
      await first.started()
      controller.abort(reason)
      h.same(await h.rejects(call.promise, 'the waiting call'), reason, 'what it rejects with')
      h.ok(!first.hasEnded, 'the waiting call rejected only when the one before it had ended.')
      await first.finish()
      await next.finish()
      await neverStarts(h, executor, call)
    },
  },
  {
    promise: 3,
    title: "a signal aborted while the body runs: rejects at once with the caller's own reason",
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      for (const [index, own] of [reason, 'only text', { some: 'data' }].entries()) {
        const controller = new AbortController()
        const id = `running ${index}`
        const call = h.hold(executor, id, { onAbort: 'ignore', signal: controller.signal })
        await call.started()
        controller.abort(own)
        h.same(await h.rejects(call.promise, 'the running call'), own, 'what it rejects with')
        h.ok(!call.hasEnded, 'the call rejected only when its body had ended.')
        call.release()
        await call.ended()
      }
    },
  },
  {
    promise: 3,
    title: "the reason stays the caller's when the body throws something else",
    needs: [tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const { signal } = controller
      const call = h.hold(executor, 'throwing', { onAbort: 'throw-other', signal })
      await call.started()
      controller.abort(reason)
      h.same(await h.rejects(call.promise, 'the call'), reason, 'what the call rejects with')
      await call.ended()
    },
  },
  {
    promise: 3,
    title: 'the signal of a running body aborts with the same reason',
    needs: [tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const call = h.hold(executor, 'running', { signal: controller.signal })
      await call.started()
      controller.abort(reason)
      const seen = await call.aborted()
      h.equal(seen, { name: 'Error', message: reason.message }, 'the reason in the body')
      if (h.isHere) h.same(signals.get('running')?.reason, reason, 'the reason in the body')
    },
  },
  {
    promise: 3,
    title: 'an abort after the settlement does nothing',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const call = executor.submit(echo, ['kept'], { signal: controller.signal })
      await h.fulfils(call, 'the call')
      controller.abort(reason)
      await h.quiet()
      h.same(await h.fulfils(call, 'the call after the abort'), 'kept', 'its value')
      await h.passThrough(executor)
    },
  },
  {
    promise: 3,
    title: 'an abort after the settlement does not reach the signal that the body had',
    needs: [identity, tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const call = h.hold(executor, 'settled', { signal: controller.signal })
      await call.started()
      await call.finish()
      controller.abort(reason)
      h.same(signals.get('settled')?.aborted, false, "whether the settled body's signal aborted")
    },
  },
  {
    promise: 3,
    title: 'a cancel touches no other call',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 2 })
      const controller = new AbortController()
      const a = h.hold(executor, 'a', { signal: controller.signal })
      const b = h.hold(executor, 'b')
      await Promise.all([a.started(), b.started()])
      controller.abort(reason)
      await h.rejects(a.promise, 'the cancelled call')
      a.release()
      await h.quiet()
      h.ok(!h.gate.has('b', 'aborted'), "the signal in the body of another call, 'b', aborted.")
      await b.finish()
    },
  },
  {
    promise: 3,
    title: 'cancelling a task cancels the child that it waits for',
    needs: [tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const { signal } = controller
      const parent = executor.submit(holdChild, [h.gate.port, 'parent'], { signal })
      parent.then(undefined, () => {})
      await h.fulfils(h.gate.seen('parent/child', 'started'), 'the start of the child')
      controller.abort(reason)
      h.same(await h.rejects(parent, 'the parent'), reason, 'what the parent rejects with')
      await h.fulfils(h.gate.seen('parent/child', 'aborted'), "the abort of the child's signal")
      await h.fulfils(h.gate.seen('parent/child', 'ended'), 'the end of the child')
    },
  },
  {
    promise: 3,
    title:
      'a body that ignores its signal is ended after `graceMs`, and the next task is not harmed',
    needs: [kills],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1, graceMs: 50 })
      const controller = new AbortController()
      const call = h.hold(executor, 'deaf', { onAbort: 'ignore', signal: controller.signal })
      const next = h.hold(executor, 'next')
      await call.started()
      controller.abort(reason)
      await h.fulfils(h.gate.seen('deaf', 'gone'), 'the kill of the body that ignores its signal')
      h.ok(!call.hasEnded, 'the body was expected to be killed, not to end by itself.')
      await next.started()
      await next.finish()
    },
  },
]

/** Lets other work through the executor, which would have brought the call to its start. */
async function neverStarts(h: Harness, executor: Executor, call: HeldCall): Promise<void> {
  await h.passThrough(executor)
  await h.quiet()
  h.ok(!call.hasStarted, `'${call.id}' ran although it was cancelled before its start.`)
}
