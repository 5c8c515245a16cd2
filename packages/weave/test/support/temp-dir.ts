import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'

/** A folder for one test. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'weave-test-'))
  onTestFinished(() => remove(dir))
  return dir
}

/** A process that the test does not wait for may write a file between those of the folder going and the folder itself. */
function remove(dir: string): void {
  for (let tries = 1; existsSync(dir); tries++) {
    try {
      rmSync(dir, { recursive: true, force: true })
    } catch (error) {
      if (tries === 20) throw error
    }
  }
}

/** Lets what makes files of its own in the temp directory make them in a folder of the test. */
export function ownTemp(): void {
  vi.stubEnv('TMPDIR', tempDir())
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

/** Keeps the processes of a test from running anything. @returns what lets them. */
export function heldProcesses(): () => void {
  const until = join(tempDir(), 'until')
  vi.stubEnv('HELD_UNTIL', until)
  vi.stubEnv('NODE_OPTIONS', `--import=${new URL('../modules/held.mjs', import.meta.url).href}`)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return () => writeFileSync(until, '')
}

/** Resolves when `name` is in `dir`. */
export async function fileIn(dir: string, name: string): Promise<string> {
  const file = join(dir, name)
  await new Promise<void>((resolve) => {
    const watcher = watch(dir, () => check())
    const check = (): void => {
      if (!existsSync(file)) return
      watcher.close()
      resolve()
    }
    check()
  })
  return file
}
