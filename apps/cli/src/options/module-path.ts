import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { CommandError } from '../program/command-error.js'
import { exitCode } from '../program/exit-code.js'

const endings = ['', '.js', '.mjs', '.ts']

/**
 * The module that a person means: a path where it begins like one or such a file is here, else a package seen from here.
 *
 * @returns its URL.
 * @throws {CommandError} there is none.
 */
export function resolveUserModule(text: string): URL {
  const file = endings.map((ending) => resolve(text + ending)).find((path) => existsSync(path))
  if (file !== undefined && text !== '') return pathToFileURL(file)
  if (/^[./]/.test(text) || text === '') throw cannotLoad(text, 'no such file')
  try {
    return pathToFileURL(createRequire(resolve('package.json')).resolve(text))
  } catch {
    throw cannotLoad(text, 'no such file, and no such package seen from here')
  }
}

export function cannotLoad(text: string, why: string, cause?: unknown): CommandError {
  return new CommandError(`cannot load ${text}: ${why}.`, { code: exitCode.notStarted, cause })
}

/** Imports a module of the user. @throws {CommandError} with file and line of what it threw. */
export async function importUserModule(text: string): Promise<Record<string, unknown>> {
  const url = resolveUserModule(text)
  try {
    return (await import(url.href)) as Record<string, unknown>
  } catch (error) {
    throw cannotLoad(text, whyNot(error), error)
  }
}

/** They were loaded elsewhere, so they can be loaded here, to say what they have instead. */
export async function withoutTasks(modules: readonly string[]): Promise<CommandError> {
  const exported = await Promise.all(
    modules.map(async (one) => Object.keys(await importUserModule(one).catch(() => ({})))),
  )
  const names = exported.flat()
  const what = names.length === 0 ? 'nothing' : names.join(', ')
  return new CommandError(`${modules.join(', ')} declares no task; it exports ${what}.`, {
    remedy: "Declare one: export const greet = task('demo/greet', async (name) => …)",
    code: exitCode.notStarted,
  })
}

/** What importing a module threw, with the place. */
export function whyNot(error: unknown): string {
  const what =
    error instanceof Error ? `${error.name}: ${error.message}`.replace(/\.$/, '') : String(error)
  const place = placeOf(error)
  return place === undefined ? what : `${what} (${place})`
}

/** `./tasks.js:3:7`: the first place in a stack that is in a file of the user's. */
function placeOf(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const lines = stack.split('\n').filter((line) => !line.includes('node:internal'))
  for (const line of lines) {
    const match = /(file:\/\/[^\s()]+?):(\d+(?::\d+)?)\)?$/.exec(line)
    if (match) return `${shownPath(match[1] as string)}:${match[2]}`
  }
  return undefined
}

function shownPath(url: string): string {
  const path = relative(process.cwd(), fileURLToPath(url))
  return path.startsWith('..') ? fileURLToPath(url) : `./${path}`
}
