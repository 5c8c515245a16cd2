import { setImmediate } from 'node:timers/promises'
import type { Executor, SubmitOptions } from '../../executor.js'
import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { numbers } from '../stream-tasks.js'
import { descend, echo, throwError } from '../tasks.js'

const operations = 24

/** Many things at once, in an order that looks random and is the same each time: what no check looks at by itself. */
export const mixedWorkChecks: readonly Check[] = (['run', 'reject'] as const).map((pending) => ({
  promise: 11,
  title: `whatever goes on at a \`close({ pending: '${pending}' })\` settles, and no stream ends before its last item unsaid`,
  async run(h: Harness): Promise<void> {
    const roll = dice(pending.length)
    const executor = await h.open()
    const work: Promise<void>[] = []
    for (let count = 0; count < operations; count++) {
      work.push(begin(h, executor, roll))
      // What comes last has not begun, or has just begun, when it closes.
      if (count < operations / 2 && roll(2) === 0) await setImmediate()
    }
    const closed = executor.close({ pending })
    await h.fulfils(Promise.all(work), 'all of it')
    await h.fulfils(closed, 'close')
  },
}))

type Roll = (sides: number) => number

/** @returns whole numbers from 0 to below `sides`. */
function dice(seed: number): Roll {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

/** Resolves when it has settled; rejects where it settled wrongly. */
async function begin(h: Harness, executor: Executor, roll: Roll): Promise<void> {
  const options = roll(4) === 0 ? abortedSoon(roll(4)) : {}
  const kind = roll(h.subject.capabilities.streaming ? 6 : 3)
  if (kind === 0) await settles(h, executor.submit(echo, [kind], options), kind)
  else if (kind === 1) await settles(h, executor.submit(descend, [2], options), 2)
  else if (kind === 2) await endOf(executor.submit(throwError, ['RangeError'], options))
  else {
    const length = roll(60)
    const items = executor.stream(numbers, [length], options)
    if (kind === 3) await takesAtOnce(h, items, length)
    else await takes(h, items, length, kind === 4 ? length + 1 : roll(length + 1))
  }
}

function abortedSoon(turns: number): SubmitOptions {
  const controller = new AbortController()
  void abortLater(controller, turns)
  return { signal: controller.signal }
}

async function abortLater(controller: AbortController, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate()
  controller.abort(new Error('aborted by the check'))
}

async function settles(h: Harness, call: Promise<unknown>, expected: unknown): Promise<void> {
  const end = await endOf(call)
  if (end) h.same(end.value, expected, 'the result of a call')
}

/** @returns `undefined` for a failure, which says what happened. */
async function endOf<T>(promise: Promise<T>): Promise<{ readonly value: T } | undefined> {
  return await promise.then(
    (value) => ({ value }),
    () => undefined,
  )
}

type Items = AsyncGenerator<number, void, undefined>

/** Takes at most so many items, one by one, and leaves then. */
async function takes(h: Harness, items: Items, length: number, most: number): Promise<void> {
  for (let count = 0; count < most; count++) {
    const step = await endOf(items.next())
    if (step === undefined) return
    if (step.value.done) {
      h.same(count, length, 'the number of items of a stream that came to its end')
      return
    }
    h.same(step.value.value, count, 'an item')
  }
  await endOf(items.return())
}

/** Asks for all of them, and for the end, in one turn. */
async function takesAtOnce(h: Harness, items: Items, length: number): Promise<void> {
  const asked = Array.from({ length: length + 1 }, () => endOf(items.next()))
  const steps = await Promise.all(asked)
  if (steps.includes(undefined)) return
  const came = steps.flatMap((step) => (step?.value.done === false ? [step.value.value] : []))
  h.equal(came, Array.from(came.keys()), 'the items of a stream')
  h.same(came.length, length, 'the number of items of a stream that came to its end')
}
