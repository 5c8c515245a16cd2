import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

async function run(name: string, ...args: string[]): Promise<string[]> {
  const file = fileURLToPath(new URL(`../dist/channels/${name}.js`, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...args])
  return stdout.trim().split('\n')
}

describe('the channel examples', { timeout: 60_000 }, () => {
  it('fibonacci: a thread for each number', async () => {
    expect(await run('fibonacci', '10', '15')).toEqual(['fib(10) = 55', 'fib(15) = 610'])
  })

  it('pulse: two sources until both are closed', async () => {
    const lines = await run('pulse', '2')
    expect(lines.sort()).toEqual([
      ...Array(2).fill('ping from the quick one'),
      ...Array(2).fill('ping from the slow one'),
    ])
  })

  it('word-count: three stages over a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conc-words-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'text.txt')
    await writeFile(file, 'One fish, two fish,\nred fish: blue fish.\n'.repeat(500))
    expect(await run('word-count', file, '3')).toEqual(['2000 fish', '500 blue', '500 one'])
  })
})
