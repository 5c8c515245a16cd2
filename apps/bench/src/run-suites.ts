import { judge, type PathResult } from './harness/judge.js'
import type { SuiteResult } from './harness/results.js'
import { runRounds } from './harness/rounds.js'
import type { OpenSession } from './harness/session.js'
import type { Path, Suite } from './harness/suite.js'
import { type Options, UsageError } from './options.js'

export interface Listener {
  suite(suite: Suite): void
  path(path: Path, result: PathResult): void
}

/** Runs the chosen paths of the chosen suites, one after another, and tells of each as it ends. */
export async function runSuites(
  suites: readonly Suite[],
  options: Options,
  { open, listener }: { open: OpenSession; listener: Listener },
): Promise<SuiteResult[]> {
  const { size, pace } = options
  const results: SuiteResult[] = []
  for (const { suite, paths } of chosen(suites, options)) {
    listener.suite(suite)
    const done: PathResult[] = []
    for (const path of paths) {
      const result = judge(path, await runRounds(path, { suite: suite.name, size, pace, open }))
      listener.path(path, result)
      done.push(result)
    }
    results.push({ name: suite.name, about: suite.about, paths: done })
  }
  return results
}

function chosen(
  suites: readonly Suite[],
  { suites: names, only, size }: Options,
): { suite: Suite; paths: readonly Path[] }[] {
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name))
  if (unknown !== undefined) {
    const known = suites.map(({ name }) => name).join(', ')
    throw new UsageError(`There is no suite ${unknown}. Suites: ${known}.`)
  }
  const picked = suites
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((suite) => ({
      suite,
      paths: suite.paths(size).filter(({ name }) => isWanted(name, only)),
    }))
    .filter(({ paths }) => paths.length > 0)
  if (picked.length === 0) throw new UsageError(`No path begins with ${only.join(' or ')}.`)
  return picked
}

function isWanted(path: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((start) => path.startsWith(start))
}
