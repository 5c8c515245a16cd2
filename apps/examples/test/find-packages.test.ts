import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPackages } from '../src/audit/find-packages.js'
import { pathFrom } from '../src/audit/findings.js'
import { type FileTree, link, makeTree } from './file-tree.js'

async function find(files: FileTree) {
  const root = await makeTree(files)
  const { folders, workspace, cycles, unreadable } = await findPackages(root)
  const short = (path: string): string => pathFrom(root, path)
  return {
    folders: folders.map(short),
    workspace: workspace.map(short),
    cycles: cycles.map(({ link, target }) => [short(link), short(target)]),
    unreadable: unreadable.map(({ path, reason }) => [short(path), reason]),
  }
}

describe('findPackages', () => {
  it('finds flat, nested and scoped packages, and nothing in files and dot folders', async () => {
    const found = await find({
      'node_modules/a/package.json': {},
      'node_modules/a/node_modules/b/package.json': {},
      'node_modules/a/node_modules/@s/c/package.json': {},
      'node_modules/@s/c/package.json': {},
      'node_modules/.bin/tool': 'a program',
      'node_modules/.package-lock.json': {},
      'node_modules/README': 'a file',
    })
    expect(found.folders).toEqual([
      'node_modules/@s/c',
      'node_modules/a',
      'node_modules/a/node_modules/@s/c',
      'node_modules/a/node_modules/b',
    ])
    expect(found.unreadable).toEqual([])
  })

  it('finds every package of a pnpm store once, however many links lead to it', async () => {
    const found = await find({
      'node_modules/a': link('.pnpm/a@1.0.0/node_modules/a'),
      'node_modules/.pnpm/lock.yaml': 'no folder',
      'node_modules/.pnpm/a@1.0.0/node_modules/a/package.json': {},
      'node_modules/.pnpm/a@1.0.0/node_modules/@s/b': link('../../../@s+b@2.0.0/node_modules/@s/b'),
      'node_modules/.pnpm/@s+b@2.0.0/node_modules/@s/b/package.json': {},
      'node_modules/.pnpm/orphan@1.0.0/node_modules/orphan/package.json': {},
      'node_modules/.pnpm/node_modules/@s/b': link('../../@s+b@2.0.0/node_modules/@s/b'),
    })
    expect(found).toEqual({
      folders: [
        'node_modules/.pnpm/@s+b@2.0.0/node_modules/@s/b',
        'node_modules/.pnpm/a@1.0.0/node_modules/a',
        'node_modules/.pnpm/orphan@1.0.0/node_modules/orphan',
      ],
      workspace: [],
      cycles: [],
      unreadable: [],
    })
  })

  it('follows the dependencies of a workspace package into the store of the project around it', async () => {
    const root = await makeTree({
      'app/node_modules/a': link('../../node_modules/.pnpm/a@1/node_modules/a'),
      'node_modules/.pnpm/a@1/node_modules/a/package.json': {},
      'node_modules/.pnpm/a@1/node_modules/b': link('../../b@1/node_modules/b'),
      'node_modules/.pnpm/b@1/node_modules/b/package.json': {},
      'node_modules/.pnpm/c@1/node_modules/c/package.json': {},
    })
    const { folders } = await findPackages(join(root, 'app'))
    expect(folders.map((path) => pathFrom(root, path))).toEqual([
      'node_modules/.pnpm/a@1/node_modules/a',
      'node_modules/.pnpm/b@1/node_modules/b',
    ])
  })

  it('survives packages that need each other, and links to themselves and to the root', async () => {
    const found = await find({
      'node_modules/a': link('.pnpm/a@1/node_modules/a'),
      'node_modules/.pnpm/a@1/node_modules/a/package.json': {},
      'node_modules/.pnpm/a@1/node_modules/b': link('../../b@1/node_modules/b'),
      'node_modules/.pnpm/b@1/node_modules/b/package.json': {},
      'node_modules/.pnpm/b@1/node_modules/a': link('../../a@1/node_modules/a'),
      'node_modules/self': link('self'),
      'node_modules/up': link('..'),
    })
    expect(found.folders).toHaveLength(2)
    expect(found.cycles).toEqual([
      ['node_modules/.pnpm/b@1/node_modules/a', 'node_modules/.pnpm/a@1/node_modules/a'],
      ['node_modules/self', 'node_modules/self'],
      ['node_modules/up', '.'],
    ])
  })

  it('names the packages of the project itself, and looks into their own node_modules', async () => {
    const found = await find({
      'node_modules/lib': link('../packages/lib'),
      'packages/lib/package.json': {},
      'packages/lib/node_modules/a/package.json': {},
    })
    expect(found.workspace).toEqual(['packages/lib'])
    expect(found.folders).toEqual(['packages/lib/node_modules/a'])
  })

  it('lists links that lead nowhere and goes on', async () => {
    const found = await find({
      'node_modules/a/package.json': {},
      'node_modules/gone': link('nowhere'),
    })
    expect(found.folders).toEqual(['node_modules/a'])
    expect(found.unreadable).toEqual([['node_modules/gone', 'ENOENT']])
  })

  it('says what is missing where there is nothing to audit', async () => {
    const root = await makeTree({ 'empty/node_modules/.bin/tool': '', 'bare/readme': '' })
    await mkdir(join(root, 'bare'), { recursive: true })
    await expect(findPackages(join(root, 'absent'))).rejects.toThrow('There is no folder')
    await expect(findPackages(join(root, 'bare'))).rejects.toThrow('has no node_modules')
    await expect(findPackages(join(root, 'empty'))).rejects.toThrow('has no packages in it')
  })
})
