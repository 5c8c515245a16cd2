import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

/** Runs a program and waits for its own end; one that hangs is killed and fails. */
async function run(program: string, ...flags: string[]): Promise<string> {
  const file = fileURLToPath(new URL(`./programs/${program}.mjs`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], {
    timeout: 50_000,
  })
  return stdout.trim()
}

describe('the process', { timeout: 60_000 }, () => {
  it('is not held by an executor that has nothing to do, closed or not', async () => {
    expect(await run('idle')).toBe('3')
  })

  it('uses no CPU for threads that have nothing to do', async () => {
    expect(await run('idle-cpu')).toBe('idle')
  })

  it('is held by accepted work until it is done', async () => {
    expect((await run('working')).split('\n')).toEqual(['2', '4', '20'])
  })

  it('has no handle left after twenty rounds of create and close', async () => {
    expect(await run('rounds')).toBe('[]')
  })

  it('has its memory back after 100 000 calls under one signal', async () => {
    expect(await run('memory', '--expose-gc')).toBe('flat')
  })

  it('runs the program of the README', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const [, source = ''] = /```js\n(.*?)```/s.exec(readme) ?? []
    // Inside of the package, or its own name would not be found.
    const folder = await mkdtemp(fileURLToPath(new URL('./readme-', import.meta.url)))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'primes.mjs')
    await writeFile(file, source)
    const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 50_000 })
    expect(stdout.trim()).toMatch(/^78498 primes, \d+\.\d\d times as fast on two threads$/)
  })

  it('is told how to declare a task that was written on the command line', async () => {
    const source = `
      import { task } from '@conc/core'
      import { ThreadExecutor } from '@conc/threads'
      const loose = task('loose', () => 1)
      await new ThreadExecutor().submit(loose, []).catch((error) => console.log(error.code))`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', source],
      { cwd: fileURLToPath(new URL('..', import.meta.url)) },
    )
    expect(stdout.trim()).toBe('CONC_UNSUPPORTED_WORK')
  })
})
