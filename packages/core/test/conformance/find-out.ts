import { describe, expect, it } from 'vitest'
import { reasonToSkip, runCheck } from '../../src/conformance/check.js'
import { allChecks } from '../../src/conformance/checks/index.js'
import { BrokenPromiseError, type PromiseNumber } from '../../src/conformance/index.js'
import { probe } from '../../src/conformance/subject.js'
import { brokenExecutors } from './broken/index.js'
import type { BrokenExecutor } from './broken/plain-executor.js'

/** Runs every check on every executor that breaks one of these promises. */
export function describeBroken(promises: readonly PromiseNumber[]): void {
  describe.each(promises)('an executor that breaks promise %i', (promise) => {
    const executors = brokenExecutors.get(promise) ?? []
    it.each(executors)('is found out when it $what', { timeout: 60_000 }, async (broken) => {
      const failures = await failuresOf(broken)
      expect(brokenPromises(failures)).toEqual(sorted([promise, ...(broken.alsoBreaks ?? [])]))
      for (const [title, message] of Object.entries(broken.fails)) {
        expect(messageOf(failures, title)).toMatch(message)
      }
    })
  })
}

type Failures = Map<string, unknown>

async function failuresOf({ Executor, options }: BrokenExecutor): Promise<Failures> {
  const settings = { guardMs: 400, shortTimeoutMs: 15, ...options }
  const subject = await probe((setup) => new Executor(setup), settings)
  const failures: Failures = new Map()
  for (const check of allChecks.filter((one) => reasonToSkip(one, subject) === undefined)) {
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
