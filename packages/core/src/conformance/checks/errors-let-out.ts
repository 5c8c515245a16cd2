import { balance } from '../../combinators/balance.js'
import { limit } from '../../combinators/limit.js'
import { QueueFullError } from '../../errors/executor-error.js'
import type { Executor } from '../../executor.js'
import type { Check } from '../check.js'
import { letOut, letOutItems } from '../failure-tasks.js'
import type { Harness } from '../harness.js'
import { streaming, tellsInFront } from '../needs.js'

type LetOut = Parameters<typeof letOut>

/** More than the losses after which work counts as the cause of them. */
const failures = 4

/** Promise 7, bodies that let out what happened to a call of theirs on another executor: that is their failure. */
export const errorsLetOutChecks: readonly Check[] = [
  {
    promise: 7,
    title: '`retry` repeats a body that let out the error of another executor',
    async run(h: Harness): Promise<void> {
      await isRepeated(h, await h.open())
    },
  },
  {
    promise: 7,
    title: 'an executor in front repeats a body that let out the error of another executor',
    needs: [tellsInFront],
    async run(h: Harness): Promise<void> {
      await isRepeated(h, limit(limit(await h.open(), 2), 2))
    },
  },
  {
    promise: 7,
    title:
      'a body that let out the error of another executor is not run on the next one of a `balance`',
    needs: [tellsInFront],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const args: LetOut = [h.gate.port, 'once', 'refused', failures]
      const call = inTurn(executor).submit(letOut, args, { retry: 0 })
      await failsOnce(h, executor, call)
    },
  },
  {
    promise: 7,
    title: '`retry` begins a stream again whose body let out the error of another executor',
    needs: [streaming],
    async run(h: Harness): Promise<void> {
      await isBegunAgain(h, await h.open())
    },
  },
  {
    promise: 7,
    title:
      'an executor in front begins a stream again whose body let out the error of another executor',
    needs: [streaming, tellsInFront],
    async run(h: Harness): Promise<void> {
      await isBegunAgain(h, limit(limit(await h.open(), 2), 2))
    },
  },
  {
    promise: 7,
    title:
      'a stream whose body let out the error of another executor is not begun on the next one of a `balance`',
    needs: [streaming, tellsInFront],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const args: LetOut = [h.gate.port, 'once', 'refused', failures]
      const items = inTurn(executor).stream(letOutItems, args, { retry: 0 })
      await failsOnce(h, executor, items.next())
    },
  },
]

async function isRepeated(h: Harness, executor: Executor): Promise<void> {
  const args: LetOut = [h.gate.port, 'again', 'lost', failures]
  const call = executor.submit(letOut, args, { retry: failures })
  h.same(await h.fulfils(call, 'the call that fails at first'), failures + 1, 'the last attempt')
}

async function isBegunAgain(h: Harness, executor: Executor): Promise<void> {
  const args: LetOut = [h.gate.port, 'again', 'lost', failures]
  const items = executor.stream(letOutItems, args, { retry: failures })
  const { value } = await h.fulfils(items.next(), 'the first item of the attempt that worked')
  h.same(value, failures + 1, 'the attempt that worked')
  await h.fulfils(items.next(), 'the end')
}

/** Both ways lead to the same executor. */
function inTurn(executor: Executor): Executor {
  return balance([executor, limit(executor, 2)])
}

async function failsOnce(h: Harness, executor: Executor, call: Promise<unknown>): Promise<void> {
  h.isA(await h.rejects(call, 'the call'), QueueFullError, 'what the body let out')
  await h.passThrough(executor)
  h.same(h.gate.count('once', 'started'), 1, 'starts of the body')
}
