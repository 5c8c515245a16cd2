import { type Plan, type RunOptions, type Timings, weave } from '@conc/weave'
import { type ExecutorName, openExecutor } from './executors.js'
import { findPackages } from './find-packages.js'
import {
  duplicatesIn,
  largestPackages,
  licencesOf,
  severalVersions,
  totalsOf,
  unreadableIn,
  withoutLicence,
} from './findings.js'
import { hashPackage } from './hash-package.js'
import { readManifest } from './manifest.js'
import { type AuditReport, reportOf } from './report.js'

/**
 * The audit as a graph: each task names what it needs, and all else runs beside it. Licences and versions,
 * for one, are known while the files are still being hashed.
 *
 * The plain functions stay in this process. `hashPackage` is a declared task, so it runs on whatever executor
 * the run is given, and nothing in the graph knows which one that is.
 */
export const audit = weave()
  .input<{ root: string }>()
  .do('tree', ({ root }) => findPackages(root))
  .do('folders', ({ tree }) => tree.folders)
  .each('manifests', 'folders', readManifest)
  .each('contents', 'folders', hashPackage)
  .do({
    totals: ({ contents }) => totalsOf(contents),
    licences: ({ manifests }) => licencesOf(manifests),
    withoutLicence: ({ manifests }) => withoutLicence(manifests),
    severalVersions: ({ manifests }) => severalVersions(manifests),
    largest: ({ manifests, contents }) => largestPackages(manifests, contents),
    duplicates: ({ contents }) => duplicatesIn(contents),
    unreadable: unreadableIn,
  })
  .do('report', reportOf)

/** What an audit found, and how the run that found it went. */
export interface AuditRun {
  readonly executor: ExecutorName
  readonly concurrency: number
  readonly ms: number
  readonly report: AuditReport
  readonly plan: Plan
  readonly timings: Timings
}

export interface RunAuditOptions extends Pick<RunOptions, 'signal' | 'onEvent'> {
  readonly on: ExecutorName
  /** Packages in work at a time. */
  readonly concurrency: number
}

/** Opens an executor, runs the weave on it, and closes it however the run ends. */
export async function runAudit(root: string, options: RunAuditOptions): Promise<AuditRun> {
  const { on, concurrency, ...rest } = options
  await using executor = await openExecutor(on, concurrency)
  const startedAt = performance.now()
  const { report, plan, timings } = await audit.run({ root }, { executor, concurrency, ...rest })
  return { executor: on, concurrency, ms: performance.now() - startedAt, report, plan, timings }
}
