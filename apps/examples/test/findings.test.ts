import { describe, expect, it } from 'vitest'
import {
  duplicatesIn,
  largestPackages,
  licencesOf,
  severalVersions,
  totalsOf,
  unreadableIn,
  withoutLicence,
} from '../src/audit/findings.js'
import type { HashedFile, PackageContents } from '../src/audit/hash-package.js'
import type { Manifest } from '../src/audit/manifest.js'
import type { Problem } from '../src/audit/problem.js'

function manifest(name: string, version?: string, licence?: string): Manifest {
  return { folder: `/m/${name}`, name, ...(version && { version }), ...(licence && { licence }) }
}

function contents(folder: string, ...files: HashedFile[]): PackageContents {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return { folder, bytes, sha256: `of ${folder}`, files, unreadable: [] }
}

function file(sha256: string, bytes: number, inode = Math.random().toString()): HashedFile {
  return { path: 'index.js', bytes, sha256, inode }
}

describe('licencesOf', () => {
  it('counts the packages of each licence, the most frequent first', () => {
    const found = licencesOf([
      manifest('a', '1.0.0', 'ISC'),
      manifest('b', '1.0.0', 'MIT'),
      manifest('c', '1.0.0', 'MIT'),
      manifest('d', '1.0.0', 'BSD'),
      manifest('e'),
    ])
    expect(found).toEqual([
      { licence: 'MIT', packages: 2 },
      { licence: 'BSD', packages: 1 },
      { licence: 'ISC', packages: 1 },
    ])
  })
})

describe('withoutLicence', () => {
  it('names the packages, with their version where they have one', () => {
    const found = withoutLicence([manifest('a', '1.0.0'), manifest('b'), manifest('c', '1', 'MIT')])
    expect(found).toEqual([{ name: 'a', version: '1.0.0' }, { name: 'b' }])
  })
})

describe('severalVersions', () => {
  it('lists versions by their numbers, and leaves one version in several places out', () => {
    const found = severalVersions([
      manifest('a', '10.0.0'),
      manifest('a', '9.1.0'),
      manifest('b', '1.0.0'),
      manifest('b', '1.0.0'),
      manifest('c', '1.0.0'),
      manifest('c'),
    ])
    expect(found).toEqual([{ name: 'a', versions: ['9.1.0', '10.0.0'] }])
  })
})

describe('largestPackages', () => {
  it('gives the largest with their names, as many as asked for', () => {
    const found = largestPackages(
      [manifest('a', '1.0.0'), manifest('b'), manifest('c')],
      [contents('/m/a', file('x', 5)), contents('/m/b', file('y', 1)), contents('/m/c')],
      2,
    )
    expect(found).toEqual([
      { name: 'a', version: '1.0.0', files: 1, bytes: 5 },
      { name: 'b', files: 1, bytes: 1 },
    ])
  })
})

describe('duplicatesIn', () => {
  it('counts what repeats, and what of it takes the disk: hard links do not', () => {
    const found = duplicatesIn([
      contents('/m/a', file('same', 100, '1'), file('other', 7)),
      contents('/m/b', file('same', 100, '1'), file('same', 100, '2')),
    ])
    expect(found).toEqual({ files: 2, bytes: 200, wastedBytes: 100 })
  })

  it('finds nothing in nothing', () => {
    expect(duplicatesIn([])).toEqual({ files: 0, bytes: 0, wastedBytes: 0 })
  })
})

describe('totalsOf', () => {
  it('adds up, and gives the same digest whatever the order', () => {
    const [a, b] = [contents('/m/a', file('x', 5)), contents('/m/b', file('y', 1), file('z', 2))]
    expect(totalsOf([a, b])).toMatchObject({ packages: 2, files: 3, bytes: 8 })
    expect(totalsOf([b, a])).toEqual(totalsOf([a, b]))
  })
})

describe('unreadableIn', () => {
  it('lists the problems of all that was read, each path once and from the root', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({
      path: `/root/node_modules/${name}`,
      reason: 'EACCES',
    })) as [Problem, Problem, Problem]
    const found = unreadableIn({
      tree: { root: '/root', folders: [], workspace: [], cycles: [], unreadable: [c] },
      manifests: [{ folder: '/root/node_modules/b', name: 'b', problem: b }],
      contents: [{ ...contents('/root/node_modules/a'), unreadable: [b, a] }],
    })
    expect(found.map(({ path }) => path)).toEqual([
      'node_modules/a',
      'node_modules/b',
      'node_modules/c',
    ])
  })
})
