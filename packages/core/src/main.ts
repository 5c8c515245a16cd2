import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { InvalidOptionError } from './errors/conc-error.js'
import { checkFunction } from './internal/checks/option-checks.js'
import { currentFrame } from './internal/running/frame.js'

/**
 * Runs `fn` only where the file is the program, never in a worker that imports it to find its tasks.
 * A failure of `fn` ends the process as an uncaught error does, with exit code 1.
 *
 * @example
 * export const square = task('square', (n: number) => n * n)
 * main(import.meta, async () => console.log(await square(3)))
 */
export function main(meta: { readonly url: string }, fn: () => unknown): void {
  if (typeof meta?.url !== 'string') throw new InvalidOptionError('meta', 'import.meta', meta)
  checkFunction('fn', fn)
  if (!isProgram(meta.url)) return
  const run = async (): Promise<unknown> => fn()
  run().catch((error: unknown) => {
    queueMicrotask(() => {
      throw error
    })
  })
}

function isProgram(url: string): boolean {
  if (!isMainThread || currentFrame()?.isImporting || !url.startsWith('file:')) return false
  const started = programFile()
  return started !== undefined && started === realPath(fileURLToPath(url))
}

/** The file Node was started with: `argv[1]` may lack its extension, name a folder, or be a link. */
function programFile(): string | undefined {
  const [, started] = process.argv
  if (started === undefined) return undefined
  try {
    const { createRequire } = process.getBuiltinModule('node:module')
    return realPath(createRequire(resolve('program.js')).resolve(resolve(started)))
  } catch {
    return undefined
  }
}

/** An import of `node:fs` loads twenty modules of Node, in each thread too, which never come here. */
function realPath(path: string): string {
  return process.getBuiltinModule('node:fs').realpathSync(path)
}
