import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { InvalidOptionError, main } from '../src/index.js'

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url))
const run = promisify(execFile)

async function output(...args: string[]): Promise<string[]> {
  const { stdout } = await run(process.execPath, args, { cwd: fixtures })
  return stdout.trim().split('\n')
}

describe('main', () => {
  it('runs where the file is the program', async () => {
    expect(await output('program.mjs')).toEqual(['evaluated', 'main ran: 9'])
  })

  it('runs where the program is given by an absolute path', async () => {
    expect(await output(path.join(fixtures, 'program.mjs'))).toContain('main ran: 9')
  })

  it('runs through a symbolic link', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'conc-main-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const link = path.join(folder, 'linked.mjs')
    symlinkSync(path.join(fixtures, 'program.mjs'), link)
    expect(await output(link)).toContain('main ran: 9')
  })

  it('runs where the program is given as a folder or without its extension', async () => {
    expect(await output('folder')).toEqual(['folder ran'])
    expect(await output('folder/index')).toEqual(['folder ran'])
  })

  it('does not run where the file is imported', async () => {
    expect(await output('imports-program.mjs')).toEqual(['evaluated', 'imported fixtures/square'])
    expect(await output('--eval', 'import("./program.mjs")')).toEqual(['evaluated'])
    expect(await output('--import', './program.mjs', 'folder')).toEqual(['evaluated', 'folder ran'])
  })

  it('does not run in a worker thread, even one that was started with the file', async () => {
    expect(await output('starts-program-thread.mjs')).toEqual(['evaluated'])
  })

  it('ends the process with code 1 when it fails', async () => {
    const failure = await run(process.execPath, ['failing-program.mjs'], { cwd: fixtures }).catch(
      (e) => e,
    )
    expect(failure.code).toBe(1)
    expect(failure.stderr).toContain('RangeError: main failed')
  })

  it('takes import.meta and a function only', () => {
    expect(() => main({} as never, () => 1)).toThrow(InvalidOptionError)
    expect(() => main(import.meta, 1 as never)).toThrow(InvalidOptionError)
  })
})
