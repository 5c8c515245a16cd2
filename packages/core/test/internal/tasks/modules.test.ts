import { once } from 'node:events'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { InvalidOptionError, task, UnknownTaskError } from '../../../src/index.js'
import {
  assertNotImporting,
  importModules,
  loadTask,
  resolveModule,
} from '../../../src/internal/tasks/modules.js'
import { definitionOf } from '../../../src/internal/tasks/task-definition.js'

const importing = new URL('../../fixtures/imports.mjs', import.meta.url)

describe('resolveModule', () => {
  const here = process.cwd()
  it.each([
    ['./src/index.js', pathToFileURL(path.join(here, 'src/index.js')).href],
    ['../core/x.js', pathToFileURL(path.join(here, '../core/x.js')).href],
    ['/abs/x y#.js', 'file:///abs/x%20y%23.js'],
    ['file:///abs/x.js?v=1', 'file:///abs/x.js?v=1'],
    ['data:text/javascript,1', 'data:text/javascript,1'],
    ['node:path', 'node:path'],
  ])('%s', (entry, url) => {
    expect(resolveModule(entry)).toBe(url)
  })

  it('takes a URL object', () => {
    expect(resolveModule(new URL('file:///abs/x.js'))).toBe('file:///abs/x.js')
  })

  it('finds a package from the working directory', () => {
    expect(resolveModule('fast-check')).toMatch(/^file:.*fast-check.*js$/)
    const missing = () => resolveModule('no-such-package-here')
    expect(missing).toThrow(InvalidOptionError)
    expect(missing).toThrow(/paths with .\/ before them, got 'no-such-package-here'/)
  })

  it.each(['', 1, null, undefined, {}])('refuses %s', (entry) => {
    expect(() => resolveModule(entry as never)).toThrow(InvalidOptionError)
  })
})

describe('importModules', () => {
  it('refuses pools at the top level of what it imports, and nowhere else, in a real worker', async () => {
    const worker = new Worker(importing)
    const [met] = await once(worker, 'message')
    expect(met).toEqual([
      'beside the import: let through',
      'after a top-level await: CONC_WHILE_IMPORTING',
      'in CommonJS: CONC_WHILE_IMPORTING',
      'at top level: CONC_WHILE_IMPORTING',
      'in a function: CONC_WHILE_IMPORTING',
      'after the import: let through',
      'in a task: let through',
    ])
    await worker.terminate()
  })

  it('rejects with what a module throws', async () => {
    await expect(
      importModules(['data:text/javascript,throw new RangeError("no")']),
    ).rejects.toThrow(RangeError)
  })
})

describe('assertNotImporting', () => {
  it('says what to do', async () => {
    const url = `data:text/javascript,globalThis.opened = globalThis.openNow()`
    Object.assign(globalThis, { openNow: () => assertNotImporting('A pool was opened') })
    await expect(importModules([url])).rejects.toMatchObject({
      code: 'CONC_WHILE_IMPORTING',
      message: expect.stringMatching(/^A pool was opened while a worker.*main\(import\.meta, …\)/),
    })
  })
})

describe('loadTask', () => {
  it('finds what is declared already without importing anything', async () => {
    const known = task('test/modules/known', () => 1)
    expect(await loadTask('test/modules/known', 'file:///no/such/file.js')).toBe(
      definitionOf(known),
    )
  })

  it('names the task, the module and what is known where it is not declared', async () => {
    task('test/modules/other', () => 1)
    const error = await loadTask('test/modules/none', 'data:text/javascript,2').catch((e) => e)
    expect(error).toBeInstanceOf(UnknownTaskError)
    expect(error.task).toBe('test/modules/none')
    expect(error.message).toContain(
      "Task 'test/modules/none' is not declared by data:text/javascript,2.",
    )
    expect(error.message).toContain('test/modules/other')
    await expect(loadTask('test/modules/none', undefined)).rejects.toThrow('any module loaded here')
  })

  it('says why the module cannot be imported', async () => {
    const error = await loadTask('test/modules/none', 'data:text/javascript,throw 5').catch(
      (e) => e,
    )
    expect(error).toBeInstanceOf(UnknownTaskError)
    expect(error.message).toContain('importing data:text/javascript,throw 5 failed: 5')
    expect(error.cause).toBe(5)
  })
})
