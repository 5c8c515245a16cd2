import { statSync } from 'node:fs'
import { InvalidOptionError } from '@conc/core'
import { checkObject, checkOneOf, resolveModule } from '@conc/core/internal'
import { inheritedArguments } from '../workers/inherited-arguments.js'
import type { WorkerPoolOptions } from './pool-options.js'

/** What a worker process is started with. */
export interface ProcessSettings {
  /** URLs. */
  readonly modules: readonly string[]
  readonly env: NodeJS.ProcessEnv | undefined
  readonly execArgvOf: (place: number) => readonly string[]
  readonly cwd: string | undefined
  readonly console: 'inherit' | 'capture' | 'silent'
  /** Whether what they print is printed here as long as nobody listens to records. */
  readonly printsUnheard: boolean
}

/** @throws {InvalidOptionError} */
export function processOf(options: WorkerPoolOptions, breadth: number): ProcessSettings {
  const { modules = [], env, cwd } = options
  const { execArgv = inheritedArguments(process.execArgv) } = options
  const usual = options.onLog || options.port !== undefined ? 'capture' : 'inherit'
  const { console = usual } = options
  if (!Array.isArray(modules)) {
    throw new InvalidOptionError('modules', 'a list of URLs, paths and package names', modules)
  }
  if (env !== undefined) checkObject('env', env)
  checkFolder(cwd)
  checkOneOf('console', console, ['inherit', 'capture', 'silent'])
  return {
    modules: modules.map(resolveModule),
    env,
    execArgvOf: listsOf('execArgv', execArgv, breadth),
    cwd,
    console,
    printsUnheard: options.console === undefined || options.console === 'inherit',
  }
}

/** The system would only say that it cannot start Node. */
function checkFolder(cwd: unknown): void {
  if (cwd === undefined) return
  if (typeof cwd === 'string' && statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return
  throw new InvalidOptionError('cwd', 'the path of a folder that exists', cwd)
}

/** A list of strings for every worker, or one for each; a function is asked now, for all of them. */
export function listsOf(
  option: string,
  given: readonly string[] | ((worker: number) => readonly string[]),
  breadth: number,
): (place: number) => readonly string[] {
  const listOf = (own: unknown): readonly string[] => {
    if (isStrings(own)) return own
    throw new InvalidOptionError(option, 'a list of strings, or a function that gives one', own)
  }
  if (typeof given !== 'function') return always(listOf(given))
  const lists = Array.from({ length: breadth }, (_, place) => listOf(given(place)))
  return (place) => lists[place] ?? []
}

function always<T>(value: T): () => T {
  return () => value
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
