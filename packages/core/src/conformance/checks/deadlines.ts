import { ExecutorError, TaskTimeoutError } from '../../errors/executor-error.js'
import type { Check } from '../check.js'
import { look, lookDeeper, lookInTime } from '../context-tasks.js'
import type { Harness } from '../harness.js'
import { bounded, streaming, tellsBodies } from '../needs.js'
import { outOfTime } from '../out-of-time.js'
import { failFirstItems } from '../stream-tasks.js'
import { failFirst } from '../tasks.js'

const farMs = 300_000
/** What the way to a body may add where the remaining time travels instead of the deadline. */
const toleranceMs = 30_000

/** Promise 4: the time a call may take, from its submit to its settlement, in nested calls too. */
export const deadlineChecks: readonly Check[] = [
  {
    promise: 4,
    title: 'a running call out of time rejects with a TaskTimeoutError that says so',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.passThrough(executor)
      const { error } = await outOfTime(h, (timeoutMs, nth) =>
        h.hold(executor, `slow ${nth}`, { onAbort: 'ignore', timeoutMs }),
      )
      h.isA(error, TaskTimeoutError, 'the error')
      h.isA(error, ExecutorError, 'the error')
      h.same(error.code, 'CONC_TASK_TIMEOUT', '`code`')
      h.same(error.phase, 'running', '`phase` of a call whose body had begun')
      h.ok(error.started !== false, '`started` is false although the body had begun.')
    },
  },
  {
    promise: 4,
    title: 'the signal of a body out of time aborts',
    needs: [tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.passThrough(executor)
      const { call } = await outOfTime(h, (timeoutMs, nth) =>
        h.hold(executor, `slow ${nth}`, { timeoutMs }),
      )
      h.same((await call.aborted()).name, 'TaskTimeoutError', 'the reason in the body')
    },
  },
  {
    promise: 4,
    title: 'the time counts from the submit: a call out of time while it waits never runs',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const first = h.hold(executor, 'first')
      await first.started()
      const call = h.hold(executor, 'waiting', { timeoutMs: h.shortMs })
      const error = await h.rejects(call.promise, 'the waiting call out of time')
      h.isA(error, TaskTimeoutError, 'the error')
      h.same(error.phase, 'waiting', '`phase` of a call whose body had not begun')
      // From a queue that others read too, somebody may just have taken it.
      const { durable } = executor.capabilities
      const { started } = error
      const isTold = started === false || (durable && started === 'unknown')
      h.ok(isTold, `\`started\` is ${started} although the call waited.`)
      await first.finish()
      await h.passThrough(executor)
      h.ok(!call.hasStarted, 'the call ran although its time was over while it waited.')
    },
  },
  {
    promise: 4,
    title: 'the time covers all attempts and the pauses between them',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.passThrough(executor)
      const call = executor.submit(failFirst, [h.gate.port, 'failing', 1e9], {
        timeoutMs: h.shortMs,
        retry: { times: 1e9, delayMs: 10 },
      })
      const error = await h.rejects(call, 'the call that fails again and again')
      h.isA(error, TaskTimeoutError, 'the error')
    },
  },
  {
    promise: 4,
    title: 'a call out of time between two attempts has begun',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.passThrough(executor)
      const call = executor.submit(failFirst, [h.gate.port, 'failed', 1e9], {
        timeoutMs: h.shortMs * 4,
        retry: { times: 1, delayMs: farMs },
      })
      await endsBetweenAttempts(h, call, 'the call that waits for its second attempt')
    },
  },
  {
    promise: 4,
    title: 'a stream out of time between two attempts ends, and has begun',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await h.passThrough(executor)
      const items = executor.stream(failFirstItems, [h.gate.port, 'failed', 1e9], {
        timeoutMs: h.shortMs * 4,
        retry: { times: 1, delayMs: farMs },
      })
      await endsBetweenAttempts(h, items.next(), 'the stream that waits for its second attempt')
    },
  },
  {
    promise: 4,
    title: 'a call without a time limit has no deadline',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const { deadline } = await h.fulfils(executor.submit(look, []), 'the call')
      h.same(deadline, undefined, '`currentTask().deadline`')
    },
  },
  {
    promise: 4,
    title: 'a body knows its deadline: submit plus `timeoutMs`',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const now = Date.now()
      const seen = await h.fulfils(executor.submit(look, [], { timeoutMs: farMs }), 'the call')
      isNear(h, seen.deadline, now + farMs, '`currentTask().deadline`')
    },
  },
  {
    promise: 4,
    title: "a task's own `timeoutMs` holds unless the submit says another",
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const now = Date.now()
      const own = await h.fulfils(executor.submit(lookInTime, []), 'the call')
      isNear(h, own.deadline, now + 600_000, "the deadline by the task's own option")
      const given = executor.submit(lookInTime, [], { timeoutMs: farMs })
      const { deadline } = await h.fulfils(given, 'the call')
      isNear(h, deadline, now + farMs, "the deadline by the submit's option")
    },
  },
  {
    promise: 4,
    title: 'a nested call inherits the deadline of its parent',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const now = Date.now()
      const call = executor.submit(lookDeeper, [], { timeoutMs: farMs })
      const { inner } = await h.fulfils(call, 'the parent')
      isNear(h, inner.deadline, now + farMs, 'the deadline of the nested call')
    },
  },
  {
    promise: 4,
    title: 'of two deadlines the nested call has the smaller one',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const now = Date.now()
      for (const [outerMs, innerMs] of [
        [farMs, farMs * 10],
        [farMs * 10, farMs],
      ] as const) {
        const call = executor.submit(lookDeeper, [{ timeoutMs: innerMs }], { timeoutMs: outerMs })
        const { inner } = await h.fulfils(call, 'the parent')
        const what = `the deadline of a nested call of ${innerMs} ms in one of ${outerMs} ms`
        isNear(h, inner.deadline, now + farMs, what)
      }
    },
  },
]

async function endsBetweenAttempts(
  h: Harness,
  waiting: PromiseLike<unknown>,
  what: string,
): Promise<void> {
  const error = await h.rejects(waiting, what)
  h.isA(error, TaskTimeoutError, 'the error')
  // On a busy machine its time may be over before that.
  const hasBegun = h.gate.has('failed', 'started')
  h.ok(!hasBegun || error.started !== false, '`started` is false although it had begun before.')
}

function isNear(h: Harness, deadline: number | undefined, expected: number, what: string): void {
  const distance = Math.abs((deadline ?? Number.POSITIVE_INFINITY) - expected)
  h.ok(
    distance < toleranceMs,
    `${what}: expected about ${expected} (epoch ms), got ${deadline ?? 'none'}.`,
  )
}
