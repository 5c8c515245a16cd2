import { ExecutorClosedError, TaskTimeoutError } from '../../errors/executor-error.js'
import type { Executor, SubmitOptions } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { streaming, tellsBodies } from '../needs.js'
import { outOfTime } from '../out-of-time.js'
import { stuckItems } from '../stream-tasks.js'

const reason = new Error('no more items')

/** Promise 9, the end: left, cancelled, out of time. */
export const streamEndChecks: readonly Check[] = [
  {
    promise: 9,
    title: "breaking out of the loop runs the body's `finally`",
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(stuckItems, [h.gate.port, 'left', 5])
      const loop = (async (): Promise<void> => {
        for await (const _ of items) break
      })()
      await h.fulfils(loop, 'the loop that was left')
      await h.fulfils(h.gate.seen('left', 'finally'), "the body's finally")
      h.same((await h.fulfils(items.next(), 'next() afterwards')).done, true, '`done`')
    },
  },
  {
    promise: 9,
    title: 'a stream that is left before its first item never starts',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = executor.stream(stuckItems, [h.gate.port, 'unread', 5])
      await h.fulfils(items.return(), 'return() before next()')
      h.same((await h.fulfils(items.next(), 'next() afterwards')).done, true, '`done`')
      await h.passThrough(executor)
      h.ok(!h.gate.has('unread', 'started'), 'the body of a stream that nobody read ran.')
    },
  },
  {
    promise: 9,
    title: 'leaving while an item is awaited ends the body',
    needs: [streaming, tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const items = await atStuckItem(h, executor)
      const pending = items.next()
      pending.then(undefined, () => {})
      await h.fulfils(h.gate.seen('stuck', 'stuck'), 'the body at its last item')
      await h.fulfils(items.return(), 'return() while an item is awaited')
      h.same((await h.fulfils(pending, 'the awaited item')).done, true, '`done`')
      await h.fulfils(h.gate.seen('stuck', 'finally'), "the body's finally")
    },
  },
  {
    promise: 9,
    title: "a cancel rejects the awaited item with the caller's own reason and ends the body",
    needs: [streaming, tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const items = await atStuckItem(h, executor, { signal: controller.signal })
      const pending = items.next()
      pending.then(undefined, () => {})
      await h.fulfils(h.gate.seen('stuck', 'stuck'), 'the body at its last item')
      controller.abort(reason)
      h.same(await h.rejects(pending, 'the awaited item'), reason, 'what it rejects with')
      await h.fulfils(h.gate.seen('stuck', 'finally'), "the body's finally")
    },
  },
  {
    promise: 9,
    title: 'a cancel between two items rejects the next one',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const items = await atStuckItem(h, executor, { signal: controller.signal })
      controller.abort(reason)
      await h.quiet()
      h.same(await h.rejects(items.next(), 'the next item'), reason, 'what it rejects with')
      h.same((await h.fulfils(items.next(), 'next() after that')).done, true, '`done`')
      h.gate.release('stuck')
      await h.fulfils(h.gate.seen('stuck', 'finally'), "the body's finally")
    },
  },
  {
    promise: 9,
    title: 'a signal aborted before the first `next`: never starts',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const signal = AbortSignal.abort(reason)
      const items = executor.stream(stuckItems, [h.gate.port, 'aborted', 1], { signal })
      h.same(await h.rejects(items.next(), 'the first item'), reason, 'what it rejects with')
      await h.passThrough(executor)
      h.ok(!h.gate.has('aborted', 'started'), 'the body of a cancelled stream ran.')
    },
  },
  {
    promise: 9,
    title: 'a stream out of time rejects with a TaskTimeoutError and ends the body',
    needs: [streaming, tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.passThrough(executor)
      const { call, error } = await outOfTime(h, (timeoutMs, nth) =>
        stuckLoop(h, executor, `stuck ${nth}`, timeoutMs),
      )
      h.isA(error, TaskTimeoutError, 'its error')
      // On a slow machine each may have ended before its first item.
      if (!call.hasStarted) return
      await h.fulfils(h.gate.seen(call.id, 'finally'), "the body's finally")
    },
  },
  {
    promise: 9,
    title: 'a stream of a closed executor rejects at its first item',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.fulfils(executor.close(), 'close')
      const items = executor.stream(stuckItems, [h.gate.port, 'closed', 1])
      const error = await h.rejects(items.next(), 'the first item after close')
      h.isA(error, ExecutorClosedError, 'the error')
      h.ok(!h.gate.has('closed', 'started'), 'the body of a refused stream ran.')
    },
  },
]

/** A stream whose only item was taken; its body waits at the gate when the next one is asked for. */
async function atStuckItem(
  h: Harness,
  executor: Executor,
  options?: SubmitOptions,
): Promise<AsyncGenerator<number, void, undefined>> {
  const items = executor.stream(stuckItems, [h.gate.port, 'stuck', 1], options)
  const first = await h.fulfils(items.next(), 'the first item')
  h.same(first.value, 0, 'the first item')
  return items
}

/** A loop over a stream whose body waits at the gate for its second item. */
function stuckLoop(h: Harness, executor: Executor, id: string, timeoutMs: number) {
  const items = executor.stream(stuckItems, [h.gate.port, id, 1], { timeoutMs })
  const loop = async (): Promise<void> => {
    for await (const _ of items);
  }
  return {
    id,
    promise: loop(),
    get hasStarted(): boolean {
      return h.gate.has(id, 'stuck')
    },
    release(): void {
      h.gate.release(id)
    },
  }
}
