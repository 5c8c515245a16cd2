import { describe, expect, it } from 'vitest'
import { type Check, reasonToSkip, runCheck } from '../../src/conformance/check.js'
import { allChecks } from '../../src/conformance/checks/index.js'
import { BrokenPromiseError, type PromiseNumber } from '../../src/conformance/index.js'
import { probe } from '../../src/conformance/subject.js'
import { brokenExecutors } from './broken/index.js'
import type { BrokenExecutor } from './broken/plain-executor.js'

/** Of the other promises' checks, each executor meets every third; each check meets every third executor. */
const sample = 3

/** Enough on a quiet machine, and short, as some of them never settle; what it shows on a busy one is asked again. */
const hastyMs = 400
const patientMs = 5000

/** Runs the checks of what they break, and a sample of the others, on the executors that break these promises. */
export function describeBroken(promises: readonly PromiseNumber[]): void {
  describe.each(promises)('an executor that breaks promise %i', (promise) => {
    const executors = brokenExecutors.get(promise) ?? []
    it.each(executors)('is found out when it $what', { timeout: 180_000 }, async (broken) => {
      const promises = [promise, ...(broken.alsoBreaks ?? [])]
      const checks = checksFor(promises, executors.indexOf(broken) + promise)
      const isFoundOut = (failures: Failures): void => {
        expect(brokenPromises(failures)).toEqual(sorted(promises))
        for (const [title, message] of Object.entries(broken.fails)) {
          expect(messageOf(failures, title)).toMatch(message)
        }
      }
      try {
        isFoundOut(await failuresOf(broken, checks, hastyMs))
      } catch {
        isFoundOut(await failuresOf(broken, checks, patientMs))
      }
    })
  })
}

type Failures = Map<string, unknown>

function checksFor(promises: readonly PromiseNumber[], offset: number): Check[] {
  return allChecks.filter(
    ({ promise }, index) => promises.includes(promise) || (index + offset) % sample === 0,
  )
}

async function failuresOf(
  { Executor, options }: BrokenExecutor,
  checks: readonly Check[],
  guardMs: number,
): Promise<Failures> {
  const settings = { guardMs, shortTimeoutMs: 15, ...options }
  const subject = await probe((setup) => new Executor(setup), settings)
  const failures: Failures = new Map()
  for (const check of checks.filter((one) => reasonToSkip(one, subject) === undefined)) {
    try {
      await runCheck(check, subject)
    } catch (error) {
      failures.set(check.title, error)
    }
  }
  return failures
}

function brokenPromises(failures: Failures): unknown[] {
  const errors = [...failures.values()]
  return sorted(
    errors.map((error) => (error instanceof BrokenPromiseError ? error.promise : String(error))),
  )
}

function messageOf(failures: Failures, beginning: string): string {
  const [, error] = [...failures].find(([title]) => title.startsWith(beginning)) ?? []
  return error instanceof Error ? error.message : `The check '${beginning}…' did not fail.`
}

function sorted(values: readonly unknown[]): unknown[] {
  return [...new Set(values)].sort((one, other) => Number(one) - Number(other))
}
