import type { AuditReport } from './report.js'
import type { AuditRun } from './run-audit.js'
import { section } from './section.js'
import { type Rows, wrap } from './table.js'
import { bytes, count, counted, duration } from './units.js'

/**
 * The audit for people: what was found, then how the run went.
 *
 * @param width of the terminal; Infinity in a pipe, where nothing is cut.
 */
export function textReport(run: AuditRun, width: number): string {
  const { report } = run
  const paragraphs = [
    section(`Audit of ${report.root}`, 'll', summaryRows(run), width),
    section('Licences', 'rl', licenceRows(report), width),
    section('Packages without a licence', 'll', withoutLicenceRows(report), width),
    section('Packages in several versions', 'll', versionRows(report), width),
    section('Largest packages', 'rrl', largestRows(report), width),
    section('Repeated content', 'rl', duplicateRows(report), width),
    section('Circular links', 'l', cycleRows(report), width),
    section('Unreadable', 'll', unreadableRows(report), width),
    section('Plan', 'l', planRows(run, width), width),
    section('Timing', 'lrrr', timingRows(run), width),
  ]
  return `${paragraphs.join('\n\n')}\n`
}

function summaryRows({ report, executor, concurrency, ms }: AuditRun): Rows {
  const { packages, files, bytes: size, sha256 } = report.totals
  const own = report.workspace.length
  return [
    ['packages', count(packages) + (own === 0 ? '' : `, and ${own} of the project itself`)],
    ['files', count(files)],
    ['size', bytes(size)],
    ['time', `${duration(ms)} on ${executor}, ${concurrency} at a time`],
    ['sha256', sha256],
  ]
}

function licenceRows({ licences }: AuditReport): Rows {
  return licences.map(({ licence, packages }) => [count(packages), licence])
}

function withoutLicenceRows({ withoutLicence }: AuditReport): Rows {
  return withoutLicence.map(({ name, version = '' }) => [name, version])
}

function versionRows({ severalVersions }: AuditReport): Rows {
  return severalVersions.map(({ name, versions }) => [versions.join('  '), name])
}

function largestRows({ largest }: AuditReport): Rows {
  return largest.map(({ name, version = '', files, bytes: size }) => [
    bytes(size),
    counted(files, 'file'),
    `${name} ${version}`,
  ])
}

function duplicateRows({ duplicates }: AuditReport): Rows {
  if (duplicates.files === 0) return []
  return [
    [counted(duplicates.files, 'file'), 'repeat another one'],
    [bytes(duplicates.bytes), 'in total'],
    [bytes(duplicates.wastedBytes), 'wasted: not hard links'],
  ]
}

/** As names: `node_modules/.pnpm/a@1.0.0/node_modules/b` is `a@1.0.0 → b`. */
function cycleRows({ cycles }: AuditReport): Rows {
  return cycles.map(({ link }) => {
    const path = link.replace(/^node_modules\/(\.pnpm\/)?/, '')
    return [path.replaceAll('/node_modules/', ' → ')]
  })
}

function unreadableRows({ unreadable }: AuditReport): Rows {
  return unreadable.map(({ path, reason }) => [reason, path])
}

function planRows({ plan }: AuditRun, width: number): Rows {
  const lines = String(plan).trim().split('\n')
  return lines.flatMap((line) => wrap(line.trim(), width - 2)).map((line) => [line])
}

function timingRows({ timings }: AuditRun): Rows {
  const rows = Object.entries(timings).map(([name, { startMs, waitMs, runMs, items }]) => [
    items === undefined ? name : `${name} ×${items.count}`,
    duration(startMs),
    duration(waitMs),
    duration(runMs),
  ])
  return [['task', 'start', 'wait', 'run'], ...rows]
}
