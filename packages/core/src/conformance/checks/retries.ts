import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { streaming, tellsBodies } from '../needs.js'
import { failFirstItems } from '../stream-tasks.js'
import { failFirst, failFirstRetried, failOnAbort } from '../tasks.js'

/** Promise 7, bodies that threw: repeated when asked for, and not otherwise. */
export const retryChecks: readonly Check[] = [
  {
    promise: 7,
    title: 'a body that threw runs once where nobody asks for more',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const call = executor.submit(failFirst, [h.gate.port, 'once', 1])
      await attemptFails(h, call, 1)
      await h.passThrough(executor)
      h.same(h.gate.count('once', 'started'), 1, 'attempts without `retry`')
    },
  },
  {
    promise: 7,
    title: '`retry` repeats a body that threw, and the body knows which attempt it is',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(failFirst, [h.gate.port, 'thrice', 2], { retry: 5 })
      h.same(await h.fulfils(call, 'the call that fails twice'), 3, 'the attempt that worked')
      h.equal(attemptsOf(h, 'thrice'), [1, 2, 3], '`currentTask().attempt` of the attempts')
    },
  },
  {
    promise: 7,
    title: 'when the attempts are used up, the last error arrives',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const options = { retry: { times: 2, delayMs: 1 } }
      await attemptFails(h, executor.submit(failFirst, [h.gate.port, 'all', 99], options), 3)
      await h.passThrough(executor)
      h.same(h.gate.count('all', 'started'), 3, 'attempts with two repetitions')
    },
  },
  {
    promise: 7,
    title: '`when` is asked after each failure and ends the attempts',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const asked: unknown[] = []
      const when = (error: unknown, attempt: number): boolean => {
        asked.push([(error as Error).message, attempt])
        return attempt < 2
      }
      const options = { retry: { times: 9, when } }
      await attemptFails(h, executor.submit(failFirst, [h.gate.port, 'when', 99], options), 2)
      const expected = [1, 2].map((attempt) => [`attempt ${attempt} failed`, attempt])
      h.equal(asked, expected, 'what `when` was asked')
      h.same(h.gate.count('when', 'started'), 2, 'attempts')
    },
  },
  {
    promise: 7,
    title: "a task's own `retry` holds unless the submit says another",
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const own = executor.submit(failFirstRetried, [h.gate.port, 'own', 2])
      h.same(await h.fulfils(own, "the call by the task's own policy"), 3, 'the last attempt')
      const options = { retry: 0 }
      const given = executor.submit(failFirstRetried, [h.gate.port, 'given', 2], options)
      await attemptFails(h, given, 1)
    },
  },
  {
    promise: 7,
    title: 'a body that fails after a cancel is not repeated',
    needs: [tellsBodies],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const options = { retry: 3, signal: controller.signal }
      const call = executor.submit(failOnAbort, [h.gate.port, 'cancelled'], options)
      call.then(undefined, () => {})
      await h.fulfils(h.gate.seen('cancelled', 'started'), 'the start of the body')
      controller.abort()
      await h.rejects(call, 'the cancelled call')
      await h.fulfils(h.gate.seen('cancelled', 'ended'), 'the end of the body')
      await h.passThrough(executor)
      await h.quiet()
      h.same(h.gate.count('cancelled', 'started'), 1, 'attempts of a cancelled call')
    },
  },
  {
    promise: 7,
    title: 'a cancel ends the pause between two attempts at once',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const reason = new Error('no more attempts')
      const options = { retry: { times: 3, delayMs: 600_000 }, signal: controller.signal }
      const call = executor.submit(failFirst, [h.gate.port, 'pausing', 1], options)
      call.then(undefined, () => {})
      await h.fulfils(h.gate.seen('pausing', 'ended'), 'the end of the first attempt')
      await h.quiet()
      controller.abort(reason)
      h.same(await h.rejects(call, 'the call'), reason, 'what the call rejects with')
      h.same(h.gate.count('pausing', 'started'), 1, 'attempts before the pause was over')
    },
  },
  {
    promise: 7,
    title: '`retry` begins a stream again that failed before its first item',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const items = executor.stream(failFirstItems, [h.gate.port, 'twice', 2], { retry: 5 })
      const first = await h.fulfils(items.next(), 'the first item of the attempt that worked')
      h.same(first.value, 3, 'the attempt that worked')
      h.same((await h.fulfils(items.next(), 'the end')).done, true, '`done` after the item')
    },
  },
]

async function attemptFails(
  h: Harness,
  call: PromiseLike<unknown>,
  attempt: number,
): Promise<void> {
  const error = await h.rejects(call, 'the call that fails')
  h.isA(error, RangeError, 'the error of the body')
  h.same(error.message, `attempt ${attempt} failed`, 'the message of the last attempt')
}

function attemptsOf(h: Harness, id: string): unknown[] {
  return h.gate.events
    .filter((one) => one.id === id && one.event === 'started')
    .map(({ data }) => data)
}
