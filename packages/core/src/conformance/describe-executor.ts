import { beforeAll, describe, it } from 'vitest'
import { type Check, reasonToSkip, runCheck } from './check.js'
import { allChecks } from './checks/index.js'
import {
  type ConformanceOptions,
  type CreateExecutor,
  checkConformanceOptions,
} from './executor-setup.js'
import { type PromiseNumber, promiseTitles } from './promises.js'
import { probe, type Subject } from './subject.js'

/** A check makes several executors at most, and each wait in it is guarded. */
const guardsPerCheck = 8

/**
 * Checks an executor against everything that executors promise: one vitest `describe` with an `it` per check, grouped
 * by promise. Checks adapt to the executor's `capabilities`; one that does not apply is skipped with the reason.
 *
 * @param name title of the `describe`.
 * @param create makes a fresh executor for each check, with the limits the check wants; the check closes it.
 * @param options what of the setup the executor does not have, and what more it can be checked for.
 * @throws {InvalidOptionError} at once, for a wrong option.
 * @example
 * import { describeExecutor } from '@conc/core/conformance'
 *
 * describeExecutor('ThreadExecutor', ({ concurrency, queueLimit, graceMs, modules }) =>
 *   new ThreadExecutor({ maxThreads: concurrency, queueLimit, graceMs, modules }), { separateWorkers: true })
 */
export function describeExecutor(
  name: string,
  create: CreateExecutor,
  options: ConformanceOptions = {},
): void {
  const titles = allChecks.map(({ title }) => title)
  checkConformanceOptions(options, titles)
  describe(name, () => {
    let subject: Subject
    beforeAll(async () => {
      subject = await probe(create, options)
    })
    for (const [promise, checks] of byPromise()) {
      describe(`${promise}. ${promiseTitles[promise]}`, () => {
        for (const check of checks) register(check, () => subject, options)
      })
    }
  })
}

function register(check: Check, subject: () => Subject, options: ConformanceOptions): void {
  const timeout = (options.guardMs ?? 5000) * guardsPerCheck
  it(check.title, { timeout }, async ({ skip }) => {
    // Known only now: what an executor can do is asked of one that was made.
    const reason = options.skip?.[check.title] ?? reasonToSkip(check, subject())
    if (reason !== undefined) return skip(reason)
    await runCheck(check, subject())
  })
}

function byPromise(): Map<PromiseNumber, Check[]> {
  const groups = new Map<PromiseNumber, Check[]>()
  for (const check of allChecks) {
    const group = groups.get(check.promise) ?? []
    group.push(check)
    groups.set(check.promise, group)
  }
  return groups
}
