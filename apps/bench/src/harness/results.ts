import { writeFileSync } from 'node:fs'
import type { PathResult } from './judge.js'
import { type Machine, thisMachine } from './machine.js'
import type { Pace, Size } from './suite.js'
import { installedVersions } from './versions.js'

/** The results file. `format` goes up when a field changes its meaning. */
export interface Results {
  readonly format: 1
  readonly measuredAt: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly size: Size
  readonly pace: Pace
  readonly suites: readonly SuiteResult[]
}

export interface SuiteResult {
  readonly name: string
  readonly about: string
  readonly paths: readonly PathResult[]
}

export function collectResults(
  suites: readonly SuiteResult[],
  { size, pace }: { size: Size; pace: Pace },
): Results {
  return {
    format: 1,
    measuredAt: new Date().toISOString(),
    machine: thisMachine(),
    versions: installedVersions(),
    size,
    pace,
    suites,
  }
}

/** To the file, or to stdout when there is none. */
export function writeResults(results: Results, file: string | undefined): void {
  const text = `${JSON.stringify(results, null, 2)}\n`
  if (file === undefined) process.stdout.write(text)
  else writeFileSync(file, text)
}
