import fc from 'fast-check'
import { afterEach, beforeEach, describe, it, vi } from 'vitest'
import { type BodyPlan, Subject } from './invariants.js'

type Step = (subject: Subject) => void

const body: fc.Arbitrary<BodyPlan> = fc.record({
  outcome: fc.constantFrom('value', 'error', 'throws'),
  onAbort: fc.constantFrom('ignores', 'heeds', 'fails'),
  callback: fc.constantFrom('none', 'none', 'value', 'error'),
})

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: body.map(
      (plan): Step =>
        (subject) =>
          subject.spawn(plan),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(body, fc.integer({ min: 1, max: 30 })).map(
      ([plan, ms]): Step =>
        (subject) =>
          subject.spawn(plan, ms),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(body, fc.boolean()).map(
      ([plan, isAborted]): Step =>
        (subject) =>
          subject.exec(plan, isAborted),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(body, fc.nat(4), fc.constantFrom('array', 'iterable', 'async')).map(
      ([plan, count, source]): Step =>
        (subject) =>
          subject.map(plan, count, source),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.nat(9).map(
      (n): Step =>
        (subject) =>
          subject.cancelOne(n),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((subject) => subject.cancelAll()) },
  {
    weight: 2,
    arbitrary: fc.nat(9).map(
      (n): Step =>
        ({ controllers }) => {
          controllers[n % Math.max(controllers.length, 1)]?.abort(new Error('aborted'))
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 4 }).map(
      (n): Step =>
        (subject) =>
          subject.resize(n),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 20 }).map(
      (ms): Step =>
        () => {
          vi.advanceTimersByTime(ms)
        },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((subject) => subject.join()) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('run', 'reject'), fc.integer({ min: 1, max: 20 })).map(
      ([pending, ms]): Step =>
        (subject) =>
          subject.close(pending, ms),
    ),
  },
)

/** Runs the microtasks dry, looking after each. */
async function drain(subject: Subject): Promise<void> {
  for (let turn = 0; turn < 30; turn++) {
    await null
    subject.check()
  }
  subject.checkDrained()
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('Pool', () => {
  it('keeps its invariants, whatever is called and however it ends', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom<'hold' | 'immediate'>('hold', 'immediate'),
        fc.array(fc.tuple(steps, fc.nat(2)), { minLength: 1, maxLength: 25 }),
        async (scheduler, size, policy, script) => {
          // A run that failed leaves its timers to the next one, which would seem to fail by itself.
          vi.clearAllTimers()
          const subject = new Subject(scheduler, size, policy)
          for (const [step, ends] of script) {
            step(subject)
            subject.check()
            // Arrivals in the same turn, in the next, and between the ends of others.
            if (ends > 0) await drain(subject)
            if (ends > 1 && scheduler.count() > 0) await scheduler.waitOne()
            subject.check()
          }
          await drain(subject)
          while (scheduler.count() > 0) {
            await scheduler.waitOne()
            await drain(subject)
          }
          await subject.checkIdle()
        },
      ),
      { numRuns: 250 },
    )
  })
})
