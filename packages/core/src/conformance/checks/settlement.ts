import { InvalidOptionError } from '../../errors/conc-error.js'
import type { Executor, SubmitOptions } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import type { HeldCall } from '../held-call.js'
import { echo, failOnAbort } from '../tasks.js'

/** Promise 1, the settlement: each submit settles, once, whatever happens. */
export const settlementChecks: readonly Check[] = [
  {
    promise: 1,
    title: 'a submit gives a promise that resolves with what the body returns',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const promise = executor.submit(echo, ['value'])
      h.isA(promise, Promise, 'what submit returns')
      h.same(await h.fulfils(promise, 'the call'), 'value', 'the result')
    },
  },
  {
    promise: 1,
    title: 'each of many calls settles once, in whatever order the bodies end',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 4 })
      const ids = Array.from({ length: 20 }, (_, index) => `call ${index}`)
      const calls = h.holdAll(executor, ids)
      const settlements = countSettlements(calls)
      h.gate.release(...ids)
      const values = await h.fulfils(Promise.all(calls.map(({ promise }) => promise)), 'all calls')
      h.equal(values, ids, 'the results, each at its own call')
      await h.quiet()
      h.equal([...settlements.values()], Array(ids.length).fill(1), 'settlements of each call')
    },
  },
  {
    promise: 1,
    title: 'a cancelled call stays rejected when its body ends later with a value',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const call = h.hold(executor, 'late', { onAbort: 'ignore', signal: controller.signal })
      const settlements = countSettlements([call])
      await call.started()
      controller.abort(new Error('enough'))
      await h.rejects(call.promise, 'the cancelled call')
      call.release()
      await call.ended()
      await h.quiet()
      h.same(settlements.get('late'), 1, 'settlements of the cancelled call')
    },
  },
  {
    promise: 1,
    title: 'a body that fails after its call was cancelled leaves no unhandled rejection',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const controller = new AbortController()
      const { signal } = controller
      const call = executor.submit(failOnAbort, [h.gate.port, 'failing'], { signal })
      call.then(undefined, () => {})
      await h.fulfils(h.gate.seen('failing', 'started'), 'the start of the body')
      controller.abort()
      await h.rejects(call, 'the cancelled call')
      h.gate.release('failing')
      await h.fulfils(h.gate.seen('failing', 'ended'), 'the end of the body')
      await h.quiet()
    },
  },
  {
    promise: 1,
    title: 'wrong arguments throw at once and cost nothing',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      expectThrow(h, executor, 'work', 42, {})
      expectThrow(h, executor, 'timeoutMs', echo, { timeoutMs: -1 })
      expectThrow(h, executor, 'retry', echo, { retry: -1 })
      await h.passThrough(executor)
    },
  },
]

function countSettlements(calls: readonly HeldCall[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { id, promise } of calls) {
    const count = (): void => {
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    promise.then(count, count)
  }
  return counts
}

function expectThrow(
  h: Harness,
  executor: Executor,
  option: string,
  work: unknown,
  options: SubmitOptions,
): void {
  let promise: Promise<unknown>
  try {
    promise = executor.submit(work as typeof echo, ['x'], options)
  } catch (error) {
    h.isA(error, InvalidOptionError, `the error for a wrong \`${option}\``)
    return
  }
  promise.then(undefined, () => {})
  h.fail(`submit with a wrong \`${option}\` did not throw at once.`)
}
