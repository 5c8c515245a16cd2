import { createHash } from 'node:crypto'
import { relative, sep } from 'node:path'
import type { Tree } from './find-packages.js'
import type { HashedFile, PackageContents } from './hash-package.js'
import type { Manifest } from './manifest.js'
import type { Problem } from './problem.js'

export interface Totals {
  readonly packages: number
  readonly files: number
  readonly bytes: number
  /** One digest for everything that is installed, wherever it lies. */
  readonly sha256: string
}

export function totalsOf(contents: readonly PackageContents[]): Totals {
  const hash = createHash('sha256')
  for (const sha256 of contents.map((each) => each.sha256).sort()) hash.update(sha256)
  return {
    packages: contents.length,
    files: sum(contents, (each) => each.files.length),
    bytes: sum(contents, (each) => each.bytes),
    sha256: hash.digest('hex'),
  }
}

export interface LicenceCount {
  readonly licence: string
  readonly packages: number
}

export function licencesOf(manifests: readonly Manifest[]): LicenceCount[] {
  const licences = manifests.map(({ licence }) => licence).filter((each) => each !== undefined)
  return [...countBy(licences)]
    .map(([licence, packages]) => ({ licence, packages }))
    .sort((a, b) => b.packages - a.packages || byText(a.licence, b.licence))
}

export interface PackageName {
  readonly name: string
  readonly version?: string
}

export function withoutLicence(manifests: readonly Manifest[]): PackageName[] {
  return manifests.filter(({ licence }) => licence === undefined).map(packageName)
}

export interface SeveralVersions {
  readonly name: string
  readonly versions: readonly string[]
}

export function severalVersions(manifests: readonly Manifest[]): SeveralVersions[] {
  const byName = new Map<string, Set<string>>()
  for (const { name, version } of manifests) {
    if (version === undefined) continue
    byName.set(name, (byName.get(name) ?? new Set()).add(version))
  }
  return [...byName]
    .filter(([, versions]) => versions.size > 1)
    .map(([name, versions]) => ({ name, versions: [...versions].sort(byText) }))
    .sort((a, b) => b.versions.length - a.versions.length || byText(a.name, b.name))
}

export interface PackageSize extends PackageName {
  readonly files: number
  readonly bytes: number
}

/** `manifests` and `contents` come from the same list of folders, so they are in the same order. */
export function largestPackages(
  manifests: readonly Manifest[],
  contents: readonly PackageContents[],
  count = 20,
): PackageSize[] {
  return contents
    .map(({ files, bytes }, at) => ({
      ...packageName(manifests[at] as Manifest),
      files: files.length,
      bytes,
    }))
    .sort((a, b) => b.bytes - a.bytes || byText(a.name, b.name))
    .slice(0, count)
}

export interface Duplicates {
  /** Files whose content an earlier file has already. */
  readonly files: number
  readonly bytes: number
  /** What they take on this disk: less than `bytes` where the package manager made hard links. */
  readonly wastedBytes: number
}

export function duplicatesIn(contents: readonly PackageContents[]): Duplicates {
  let [files, bytes, wastedBytes] = [0, 0, 0]
  for (const same of filesByContent(contents).values()) {
    const size = same[0]?.bytes ?? 0
    const inodes = new Set(same.map(({ inode }) => inode))
    files += same.length - 1
    bytes += size * (same.length - 1)
    wastedBytes += size * (inodes.size - 1)
  }
  return { files, bytes, wastedBytes }
}

function filesByContent(contents: readonly PackageContents[]): Map<string, HashedFile[]> {
  const groups = new Map<string, HashedFile[]>()
  for (const file of contents.flatMap(({ files }) => files)) {
    const group = groups.get(file.sha256)
    if (group === undefined) groups.set(file.sha256, [file])
    else group.push(file)
  }
  return groups
}

interface Read {
  readonly tree: Tree
  readonly manifests: readonly Manifest[]
  readonly contents: readonly PackageContents[]
}

/** All that could not be read, whoever met it, each path once. */
export function unreadableIn({ tree, manifests, contents }: Read): Problem[] {
  const problems = [
    ...tree.unreadable,
    ...manifests.flatMap(({ problem }) => problem ?? []),
    ...contents.flatMap(({ unreadable }) => unreadable),
  ]
  const byPath = new Map(problems.map(({ path, reason }) => [pathFrom(tree.root, path), reason]))
  return [...byPath]
    .map(([path, reason]) => ({ path, reason }))
    .sort((a, b) => byText(a.path, b.path))
}

/** `path` as seen from `root`, with `/` on every system. */
export function pathFrom(root: string, path: string): string {
  return relative(root, path).replaceAll(sep, '/') || '.'
}

function packageName({ name, version }: Manifest): PackageName {
  return version === undefined ? { name } : { name, version }
}

function countBy<T>(values: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

function sum<T>(values: readonly T[], measure: (value: T) => number): number {
  return values.reduce((total, value) => total + measure(value), 0)
}

/** Numbers inside texts by their value: 9.0.0 before 10.0.0. */
function byText(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
