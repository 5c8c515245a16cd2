import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { fileIn, tempDir } from '../support/temp-dir.js'

const fileOf = (program: string) =>
  fileURLToPath(new URL(`../programs/${program}.mjs`, import.meta.url))

/** Runs a program and waits for its own end; one that hangs is killed and fails. */
async function run(program: string, ...args: string[]): Promise<string[]> {
  const options = { timeout: 100_000 }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [fileOf(program), ...args],
    options,
  )
  return stdout.trim().split('\n')
}

describe('a program with background runs', { timeout: 120_000 }, () => {
  it('ends by itself when they have', async () => {
    expect(await run('background-ends')).toEqual([
      'here fulfilled',
      'here rejected',
      'thread fulfilled',
      'thread rejected',
      'process fulfilled',
      'process rejected',
    ])
  })

  it('is not held by those that it let go', async () => {
    const [thread, child = ''] = await run('background-unref')
    expect(thread?.trim()).toBe('thread running')
    expect(child).toMatch(/^process running \d+$/)
  })

  it('is warned of a failure that nobody is told of, once', async () => {
    const [warning, ...others] = await run('background-unread')
    expect(warning).toMatch(
      /^ConcWarning CONC_UNREAD_FAILURE Background run of weave 'background\/steps' failed, and nobody read it: RangeError: no$/,
    )
    expect(others).toEqual([])
  })

  it('sees its detached runs exit with codes that say how they ended', async () => {
    const codes = await run('exit-codes', tempDir())
    expect(codes).toEqual([0, 1, 2, 1, 130, 143, 143].map((code) => `${code} null`))
  })

  it('takes its processes along when it is killed: they are told to cancel', async () => {
    const dir = tempDir()
    const parent = spawn(process.execPath, [fileOf('background-parent'), dir])
    await fileIn(dir, 'second')
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await fileIn(dir, 'cleaned')
  })
})
