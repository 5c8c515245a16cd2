import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { licenceOf, readManifest } from '../src/audit/manifest.js'
import { makeTree } from './file-tree.js'

describe('readManifest', () => {
  it('reads name, version and licence', async () => {
    const folder = await makeTree({
      'package.json': { name: '@s/a', version: '1.2.3', license: 'MIT' },
    })
    expect(await readManifest(folder)).toEqual({
      folder,
      name: '@s/a',
      version: '1.2.3',
      licence: 'MIT',
    })
  })

  it.each([
    ['broken JSON', '{ "name": ', 'not valid JSON'],
    ['an empty file', '', 'not valid JSON'],
  ])('names the package after its folder when package.json is %s', async (_, text, reason) => {
    const root = await makeTree({ 'node_modules/@s/a/package.json': text })
    const folder = join(root, 'node_modules/@s/a')
    expect(await readManifest(folder)).toEqual({
      folder,
      name: '@s/a',
      problem: { path: join(folder, 'package.json'), reason },
    })
  })

  it('reports a missing package.json, and one that is a folder', async () => {
    const root = await makeTree({ 'a/index.js': '', 'b/package.json/file': '' })
    expect((await readManifest(join(root, 'a'))).problem?.reason).toBe('ENOENT')
    expect((await readManifest(join(root, 'b'))).problem?.reason).toBe('EISDIR')
  })

  it.each(['null', '[]', '42', '{}', '{ "name": 1, "version": {}, "license": 7 }'])(
    'survives %s',
    async (text) => {
      const root = await makeTree({ 'node_modules/a/package.json': text })
      const folder = join(root, 'node_modules/a')
      expect(await readManifest(folder)).toEqual({ folder, name: 'a' })
    },
  )

  it('reads past a byte order mark', async () => {
    const folder = await makeTree({ 'package.json': '\uFEFF{ "name": "marked" }' })
    expect((await readManifest(folder)).name).toBe('marked')
  })

  it('takes the old `licenses` where there is no `license`', async () => {
    const folder = await makeTree({
      'package.json': { name: 'old', licenses: [{ type: 'MIT', url: 'http://example.org' }] },
    })
    expect((await readManifest(folder)).licence).toBe('MIT')
  })
})

describe('licenceOf', () => {
  it.each([
    ['MIT', 'MIT'],
    ['(MIT OR Apache-2.0)', '(MIT OR Apache-2.0)'],
    ['SEE LICENSE IN LICENSE.txt', 'SEE LICENSE IN LICENSE.txt'],
    ['UNLICENSED', 'UNLICENSED'],
    [{ type: 'ISC', url: 'http://example.org' }, 'ISC'],
    [[{ type: 'MIT' }, { type: 'BSD' }], '(MIT OR BSD)'],
    [['MIT', 'BSD'], '(MIT OR BSD)'],
    [['MIT'], 'MIT'],
    ['  ', undefined],
    [undefined, undefined],
    [null, undefined],
    [true, undefined],
    [[], undefined],
    [{ url: 'http://example.org' }, undefined],
  ])('reads %j as %s', (field, licence) => {
    expect(licenceOf(field)).toBe(licence)
  })
})
