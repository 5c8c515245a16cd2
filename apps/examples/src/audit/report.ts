import type { Cycle, Tree } from './find-packages.js'
import {
  type Duplicates,
  type LicenceCount,
  type PackageName,
  type PackageSize,
  pathFrom,
  type SeveralVersions,
  type Totals,
} from './findings.js'
import type { Problem } from './problem.js'

/** What the audit found. `--json` prints it as it is, so its names are a promise. */
export interface AuditReport extends Findings {
  /** Absolute; all other paths are seen from here. */
  readonly root: string
  readonly workspace: readonly string[]
  readonly cycles: readonly Cycle[]
}

export interface Findings {
  readonly totals: Totals
  readonly licences: readonly LicenceCount[]
  readonly withoutLicence: readonly PackageName[]
  readonly severalVersions: readonly SeveralVersions[]
  readonly largest: readonly PackageSize[]
  readonly duplicates: Duplicates
  readonly unreadable: readonly Problem[]
}

/** The weave reads what this needs from its parameter, as it does with functions written in place. */
export function reportOf({
  tree,
  totals,
  licences,
  withoutLicence,
  severalVersions,
  largest,
  duplicates,
  unreadable,
}: Findings & { readonly tree: Tree }): AuditReport {
  const { root } = tree
  return {
    root,
    totals,
    licences,
    withoutLicence,
    severalVersions,
    largest,
    duplicates,
    unreadable,
    workspace: tree.workspace.map((path) => pathFrom(root, path)),
    cycles: tree.cycles.map(({ link, target }) => ({
      link: pathFrom(root, link),
      target: pathFrom(root, target),
    })),
  }
}
