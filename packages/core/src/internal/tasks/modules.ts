import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ConcError, InvalidOptionError } from '../../errors/conc-error.js'
import { UnknownTaskError } from '../../errors/executor-error.js'
import { currentFrame, type Frame, inFrame } from '../running/frame.js'
import { registry, type TaskDefinition } from './task-definition.js'

/**
 * An entry of a `modules` option as a URL to import: a URL, an absolute path, a path from the working
 * directory (`./…`) or a package name, which is looked up from the working directory too.
 */
export function resolveModule(entry: string | URL): string {
  if (entry instanceof URL) return entry.href
  if (typeof entry !== 'string' || entry === '') {
    throw new InvalidOptionError('modules', 'a list of URLs, paths and package names', entry)
  }
  if (/^(file|data|node):/.test(entry)) return entry
  if (/^(\.{0,2}[\\/]|[A-Za-z]:[\\/])/.test(entry)) return pathToFileURL(resolve(entry)).href
  return packageUrl(entry)
}

function packageUrl(name: string): string {
  const { createRequire } = process.getBuiltinModule('node:module')
  try {
    return pathToFileURL(createRequire(resolve('package.json')).resolve(name)).href
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error
    const expected = `packages that ${process.cwd()} has installed, or paths with ./ before them`
    throw new InvalidOptionError('modules', expected, name)
  }
}

/** Imports modules one after the other with the "importing" flag set around them. */
export async function importModules(urls: readonly string[]): Promise<void> {
  if (urls.length === 0) return
  await inFrame({ isImporting: true }, async () => {
    for (const url of urls) await import(url)
  })
}

/**
 * Refuses to open a pool, session or thread executor from the top level of a module that a worker is importing.
 *
 * @throws {ConcError} `CONC_WHILE_IMPORTING`
 */
export function assertNotImporting(what: string, frame: Frame | undefined = currentFrame()): void {
  if (!frame?.isImporting) return
  throw new ConcError(
    `${what} while a worker is importing this module. Workers import the module of a task to find it: put the program into main(import.meta, …) from @conc/core.`,
    { code: 'CONC_WHILE_IMPORTING' },
  )
}

/** The definition of a task that a worker was asked to run, after importing its module where it is not known yet. */
export async function loadTask(name: string, module: string | undefined): Promise<TaskDefinition> {
  const known = registry.find(name)
  if (known !== undefined) return known
  if (module !== undefined) await importFor(name, module)
  const loaded = registry.find(name)
  if (loaded !== undefined) return loaded
  const names = registry.names()
  throw new UnknownTaskError(
    `Task '${name}' is not declared by ${module ?? 'any module loaded here'}. Known tasks: ${names.join(', ') || 'none'}.`,
    { task: name },
  )
}

async function importFor(name: string, module: string): Promise<void> {
  try {
    await importModules([module])
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UnknownTaskError(
      `Task '${name}' cannot be loaded: importing ${module} failed: ${reason}`,
      {
        task: name,
        cause,
      },
    )
  }
}
