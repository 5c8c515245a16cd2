import { createHash } from 'node:crypto'
import { chmod, link as hardLink } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { inline } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { hashPackage } from '../src/audit/hash-package.js'
import { link, makeHuge, makePipe, makeTree } from './file-tree.js'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('hashPackage', () => {
  it('measures and hashes every file, in a fixed order', async () => {
    const folder = await makeTree({ 'lib/b.js': 'bb', 'a.js': 'a', 'empty.js': '' })
    const { files, bytes, unreadable } = await hashPackage(folder)
    expect(files.map(({ path, bytes, sha256 }) => [path, bytes, sha256])).toEqual([
      ['a.js', 1, sha256('a')],
      ['empty.js', 0, sha256('')],
      ['lib/b.js', 2, sha256('bb')],
    ])
    expect([bytes, unreadable]).toEqual([3, []])
  })

  it('leaves packages nested in this one out, but not other folders of that name', async () => {
    const folder = await makeTree({
      'node_modules/b/index.js': 'not mine',
      'fixtures/node_modules/c/index.js': 'mine',
    })
    const { files } = await hashPackage(folder)
    expect(files.map(({ path }) => path)).toEqual(['fixtures/node_modules/c/index.js'])
  })

  it('gives equal packages one digest, wherever they are, and others another', async () => {
    const [one, same, other, renamed] = await Promise.all([
      makeTree({ 'a.js': 'a', 'b.js': 'b' }),
      makeTree({ 'b.js': 'b', 'a.js': 'a' }),
      makeTree({ 'a.js': 'a', 'b.js': 'c' }),
      makeTree({ 'a.js': 'a', 'c.js': 'b' }),
    ])
    const digests = await Promise.all(
      [one, same, other, renamed].map(async (folder) => (await hashPackage(folder)).sha256),
    )
    expect(digests[1]).toBe(digests[0])
    expect(new Set(digests).size).toBe(3)
  })

  it('lists what cannot be read and hashes the rest', async () => {
    const folder = await makeTree({ 'a.js': 'a', 'dangling.js': link('nowhere'), 'z.js': 'z' })
    makePipe(join(folder, 'pipe'))
    const { files, unreadable } = await hashPackage(folder)
    expect(files.map(({ path }) => path)).toEqual(['a.js', 'z.js'])
    expect(unreadable).toEqual([
      { path: join(folder, 'dangling.js'), reason: 'ENOENT' },
      { path: join(folder, 'pipe'), reason: 'not a regular file' },
    ])
  })

  it.skipIf(process.getuid?.() === 0)(
    'lists what it may not read (root may read all)',
    async () => {
      const folder = await makeTree({ 'a.js': 'a', 'secret/b.js': 'b' })
      await chmod(join(folder, 'a.js'), 0)
      await chmod(join(folder, 'secret'), 0)
      const { unreadable } = await hashPackage(folder)
      await chmod(join(folder, 'secret'), 0o700)
      expect(unreadable.map(({ reason }) => reason)).toEqual(['EACCES', 'EACCES'])
    },
  )

  it('survives a folder that is gone', async () => {
    const folder = join(await makeTree({}), 'gone')
    const { files, unreadable } = await hashPackage(folder)
    expect([files, unreadable]).toEqual([[], [{ path: folder, reason: 'ENOENT' }]])
  })

  it('does not follow links, so one to a folder around it does no harm', async () => {
    const folder = await makeTree({ 'a.js': 'a', 'lib/up': link('..'), 'b.js': link('a.js') })
    expect((await hashPackage(folder)).files.map(({ path }) => path)).toEqual(['a.js'])
  })

  it('gives hard links of one file the same inode', async () => {
    const folder = await makeTree({ 'a.js': 'a', 'copy.js': 'a' })
    await hardLink(join(folder, 'a.js'), join(folder, 'linked.js'))
    const [a, copy, linked] = (await hashPackage(folder)).files
    expect(linked?.inode).toBe(a?.inode)
    expect(copy?.inode).not.toBe(a?.inode)
  })

  it('takes and gives what can be cloned, and can be found by a worker', async () => {
    const folder = await makeTree({ 'a.js': 'a' })
    const contents = await hashPackage(folder)
    expect(structuredClone(contents)).toEqual(contents)
    expect(hashPackage.name).toBe('audit/hash-package')
    expect(hashPackage.module).toMatch(/hash-package/)
  })

  it('stops in the middle of a file when it is cancelled', async () => {
    const folder = await makeTree({ 'huge.bin': '' })
    await makeHuge(join(folder, 'huge.bin'))
    const abort = new AbortController()
    await using here = inline()
    const call = here.submit(hashPackage, [folder], { signal: abort.signal })
    await setImmediate()
    expect(here.load.running).toBe(1)
    abort.abort()
    await expect(call).rejects.toBe(abort.signal.reason)
  })
})
