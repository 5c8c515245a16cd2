import { Harness } from './harness.js'
import type { PromiseNumber } from './promises.js'
import type { Subject } from './subject.js'

/** Why a check does not apply to an executor; `undefined` where it does. */
export type Need = (subject: Subject) => string | undefined

/** One thing that is looked at, as data: any runner can list it, skip it and run it. */
export interface Check {
  readonly promise: PromiseNumber
  /** A sentence, unique among all checks. */
  readonly title: string
  readonly needs?: readonly Need[]
  run(harness: Harness): Promise<void>
}

/** The first reason for which `check` does not apply to `subject`. */
export function reasonToSkip(check: Check, subject: Subject): string | undefined {
  for (const need of check.needs ?? []) {
    const reason = need(subject)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** Runs one check and cleans up after it. @throws {BrokenPromiseError} */
export async function runCheck(check: Check, subject: Subject): Promise<void> {
  const harness = await Harness.open(check.promise, subject)
  try {
    await check.run(harness)
  } catch (error) {
    await harness.end(true)
    throw error
  }
  await harness.end(false)
}
