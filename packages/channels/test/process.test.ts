import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

/** Runs a program and waits for its own end; one that hangs is killed and fails. */
async function run(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 50_000 })
  return stdout.trim()
}

function program(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url))
}

describe('the process', { timeout: 60_000 }, () => {
  it('is held by a running coroutine and nothing else', async () => {
    expect(await run(program('ends'))).toBe('6765\n1')
  })

  it('has no thread, port or timer left after drain', async () => {
    expect(await run(program('drained'))).toBe('[[],0,0]')
  })

  it('is warned of a failure that nobody ever read, once', async () => {
    expect(await run(program('unread'))).toBe('CONC_UNREAD_FAILURE')
  })

  it('refuses what was declared where there is no file', async () => {
    const code = `import { coroutine, go } from '@conc/channels'
      import { task } from '@conc/core'
      for (const start of [coroutine('a', () => 1), () => go(task('b', () => 1))]) {
        try { start() } catch (error) { console.log(error.code) }
      }`
    const folder = fileURLToPath(new URL('.', import.meta.url))
    const flags = ['--input-type=module', '-e', code]
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: folder })
    expect(stdout.trim()).toBe('CONC_UNSUPPORTED_WORK\nCONC_UNSUPPORTED_WORK')
  })

  it('runs the programs of the README', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const printed: string[] = []
    for (const [, source = ''] of readme.matchAll(/```js\n(.*?)```/gs)) {
      // Inside of the package, or its own name would not be found.
      const folder = await mkdtemp(fileURLToPath(new URL('./readme-', import.meta.url)))
      onTestFinished(() => rm(folder, { recursive: true }))
      await writeFile(join(folder, 'program.mjs'), source)
      printed.push(await run(join(folder, 'program.mjs')))
    }
    expect(printed).toEqual(['55\n42', '1\n4\n9\njob false'])
  })
})
