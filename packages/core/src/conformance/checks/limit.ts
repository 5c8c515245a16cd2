import { TaskTimeoutError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import type { HeldCall } from '../held-call.js'
import { bounded, streaming, unbounded } from '../needs.js'
import { outOfTime } from '../out-of-time.js'
import { stuckItems } from '../stream-tasks.js'
import { descend, throwError } from '../tasks.js'

/** Promise 2, the slots: how many run at a time, and until when one is taken. */
export const limitChecks: readonly Check[] = [
  {
    promise: 2,
    title: '`load` tells the concurrency it was given',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 3 })
      await h.passThrough(executor)
      await h.eventually(() => executor.load.concurrency === 3, '`load.concurrency` had to be 3')
    },
  },
  {
    promise: 2,
    title: 'no more than `concurrency` bodies run at a time',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 2 })
      const [a, b, ...rest] = h.holdAll(executor, ['a', 'b', 'c', 'd'])
      await Promise.all([a?.started(), b?.started()])
      await h.quiet()
      h.equal(h.gate.idsOf('started').sort(), ['a', 'b'], 'bodies that run with concurrency 2')
      h.ok(executor.load.running <= 2, `\`load.running\` is ${executor.load.running} of 2.`)
      await a?.finish()
      await rest[0]?.started()
      h.ok(!rest[1]?.hasStarted, "'d' started although 'b' and 'c' held the two slots.")
    },
  },
  {
    promise: 2,
    title: 'everything runs at once where there is no limit',
    needs: [unbounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const calls = h.holdAll(executor, ['a', 'b', 'c', 'd', 'e'])
      await Promise.all(calls.map((call) => call.started()))
      await Promise.all(calls.map((call) => call.finish()))
    },
  },
  {
    promise: 2,
    title: 'a body that throws gives its slot back',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      for (const sample of ['TypeError', 'text', 'undefined']) {
        await h.rejects(executor.submit(throwError, [sample]), `the body that throws ${sample}`)
      }
      await h.passThrough(executor)
    },
  },
  {
    promise: 2,
    title: 'a cancelled body holds its slot until it has ended',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const controller = new AbortController()
      const a = h.hold(executor, 'a', { onAbort: 'ignore', signal: controller.signal })
      await a.started()
      await h.eventually(() => executor.load.running === 1, '`load.running` had to be 1')
      const b = h.hold(executor, 'b')
      controller.abort()
      await h.rejects(a.promise, 'the cancelled call')
      await slotIsHeld(h, a, b, 'cancelled')
      h.same(executor.load.running, 1, '`load.running` while the cancelled body runs')
      a.release()
      await b.started()
      h.ok(a.hasEnded, "'b' started before the cancelled body of 'a' had ended.")
    },
  },
  {
    promise: 2,
    title: 'a body out of time holds its slot until it has ended',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      await h.passThrough(executor)
      const { call, error } = await outOfTime(h, (timeoutMs, nth) =>
        holdBoth(h, executor, nth, timeoutMs),
      )
      const { a, b } = call
      h.isA(error, TaskTimeoutError, 'its error')
      await slotIsHeld(h, a, b, 'timed-out')
      a.release()
      await b.started()
      h.ok(a.hasEnded, "'b' started before the timed-out body of 'a' had ended.")
    },
  },
  {
    promise: 2,
    title: 'an open stream holds a slot until it is left',
    needs: [bounded, streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const items = executor.stream(stuckItems, [h.gate.port, 'items', 1])
      await h.fulfils(items.next(), 'the first item')
      const b = h.hold(executor, 'b')
      await h.quiet()
      h.ok(!b.hasStarted, "'b' started while a stream held the only slot.")
      h.gate.release('items')
      await h.fulfils(items.return(), 'leaving the stream')
      await b.started()
    },
  },
  {
    promise: 2,
    title: 'a task that waits for its children never blocks them, however deep',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(descend, [4])
      h.same(await h.fulfils(call, 'a call four calls deep on one slot'), 4, 'the depth')
      await h.passThrough(executor)
    },
  },
  {
    promise: 2,
    title: '`load` counts what waits and what runs',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const calls = h.holdAll(executor, ['a', 'b', 'c'])
      await calls[0]?.started()
      const [running, waiting] = h.subject.isBounded ? [1, 2] : [3, 0]
      await loadBecomes(h, executor, running, waiting)
      h.gate.releaseAll()
      await h.fulfils(Promise.all(calls.map(({ promise }) => promise)), 'all calls')
      await loadBecomes(h, executor, 0, 0)
    },
  },
]

/** One with a time limit, and one that waits for its slot. */
function holdBoth(h: Harness, executor: Executor, nth: number, timeoutMs: number) {
  const a = h.hold(executor, `a ${nth}`, { onAbort: 'ignore', timeoutMs })
  const b = h.hold(executor, `b ${nth}`)
  return {
    a,
    b,
    promise: a.promise,
    get hasStarted(): boolean {
      return a.hasStarted
    },
    release(): void {
      h.gate.release(a.id, b.id)
    },
  }
}

async function slotIsHeld(h: Harness, a: HeldCall, b: HeldCall, how: string): Promise<void> {
  if (h.tellsBodies) await a.aborted()
  await h.quiet()
  h.ok(!a.hasEnded, `the ${how} body was expected to run on until it is released.`)
  h.ok(!b.hasStarted, `'b' started while the ${how} body of 'a' held the only slot.`)
}

async function loadBecomes(
  h: Harness,
  executor: Executor,
  running: number,
  waiting: number,
): Promise<void> {
  await h.eventually(
    () => executor.load.running === running && executor.load.waiting === waiting,
    `\`load\` had to say running ${running} and waiting ${waiting}`,
  )
}
