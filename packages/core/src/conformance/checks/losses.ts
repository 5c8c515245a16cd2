import { PoisonTaskError, WorkerLostError } from '../../errors/executor-error.js'
import type { Check, Need } from '../check.js'
import type { Harness } from '../harness.js'
import { separateWorkers } from '../needs.js'
import { die, dieRepeatable } from '../tasks.js'

const atMostOnce: Need = ({ capabilities }) =>
  capabilities.delivery === 'at-most-once' ? undefined : 'it delivers at least once'

const atLeastOnce: Need = ({ capabilities }) =>
  capabilities.delivery === 'at-least-once' ? undefined : 'it delivers at most once'

/** Promises 1 and 7, lost workers: their calls settle, and run again only where that is allowed. */
export const lossChecks: readonly Check[] = [
  {
    promise: 1,
    title: 'the call of a worker that dies rejects with WorkerLostError',
    needs: [separateWorkers],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(die, [h.gate.port, 'dying', 1])
      const error = await h.rejects(call, 'the call whose worker died')
      h.isA(error, WorkerLostError, 'the error')
      h.ok(error.started !== false, '`started` is false although the body had begun.')
      await h.passThrough(executor)
    },
  },
  {
    promise: 7,
    title: 'after a loss, `retry` repeats only what may run twice',
    needs: [separateWorkers],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(die, [h.gate.port, 'once', 1], { retry: 3 })
      h.isA(await h.rejects(call, 'the call'), WorkerLostError, 'the error')
      await h.passThrough(executor)
      h.same(h.gate.count('once', 'started'), 1, 'starts of a task with `idempotent: false`')
    },
  },
  {
    promise: 7,
    title: 'after a loss, `retry` repeats an idempotent task',
    needs: [separateWorkers],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(dieRepeatable, [h.gate.port, 'again', 1], { retry: 3 })
      h.same(await h.fulfils(call, 'the call that loses one worker'), 2, 'the last attempt')
    },
  },
  {
    promise: 7,
    title: 'after a loss, nothing is repeated unasked',
    needs: [separateWorkers, atMostOnce],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(dieRepeatable, [h.gate.port, 'unasked', 1])
      h.isA(await h.rejects(call, 'the call'), WorkerLostError, 'the error')
      await h.passThrough(executor)
      h.same(h.gate.count('unasked', 'started'), 1, 'starts without `retry`')
    },
  },
  {
    promise: 7,
    title: 'after a loss, idempotent work runs again by itself',
    needs: [separateWorkers, atLeastOnce],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(dieRepeatable, [h.gate.port, 'by itself', 1])
      h.same(await h.fulfils(call, 'the call that loses one worker'), 2, 'the last attempt')
    },
  },
  {
    promise: 7,
    title: 'work that kills its worker three times is refused',
    needs: [separateWorkers],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const call = executor.submit(dieRepeatable, [h.gate.port, 'poison', 99], { retry: 9 })
      h.isA(await h.rejects(call, 'the call'), PoisonTaskError, 'the error')
      h.same(h.gate.count('poison', 'started'), 3, 'starts of the work')
      await h.passThrough(executor)
    },
  },
]
