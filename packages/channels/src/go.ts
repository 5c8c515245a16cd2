import { InvalidOptionError, type Task, UnsupportedWorkError } from '@conc/core'
import { checkFunction, definitionOf } from '@conc/core/internal'
import type { Start } from './coroutine.js'
import type { WorkSource } from './messages.js'
import { start } from './start.js'
import { checkGoOptions, type GoOptions } from './start-options.js'

/** A function that a module exports. */
export interface Ref<A extends readonly unknown[], R> {
  readonly module: string
  readonly name: string
  /** Types only. */
  readonly signature?: (...args: A) => R
}

/**
 * Names a function by the module that exports it, for threads. A bundler sees the file in `new URL(…, import.meta.url)`.
 *
 * @param module a `file:` URL.
 * @throws {InvalidOptionError}
 * @example
 * const crunch = go(ref<typeof import('./worker.js').crunch>(new URL('./worker.js', import.meta.url), 'crunch'))
 */
export function ref<F extends (...args: never[]) => unknown>(
  module: URL | string,
  name: string,
): Ref<Parameters<F>, ReturnType<F>> {
  const url = String(module)
  if (!URL.canParse(url) || !url.startsWith('file:')) {
    throw new InvalidOptionError('module', 'a file: URL', module)
  }
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionError('name', 'the name of an export', name)
  }
  return new ModuleRef<Parameters<F>, ReturnType<F>>(url, name)
}

/**
 * Makes a function whose calls run in threads, each with a channel: from a declared task, or from any export of a module.
 *
 * @throws {InvalidOptionError} @throws {UnsupportedWorkError} a function that no thread can find.
 * @example
 * console.log(await go(resize)('a.png', 640).done)
 */
export function go<A extends readonly unknown[], R, In = unknown, Out = unknown>(
  work: Task<A, R> | Ref<A, R>,
  options: GoOptions = {},
): Start<A, R, In, Out> {
  checkGoOptions(options)
  const source = sourceOf(work)
  const begin = (...args: unknown[]): unknown => start(source, args, options)
  return begin as unknown as Start<A, R, In, Out>
}

class ModuleRef<A extends readonly unknown[], R> implements Ref<A, R> {
  readonly module: string
  readonly name: string

  constructor(module: string, name: string) {
    this.module = module
    this.name = name
  }
}

function sourceOf(work: unknown): WorkSource {
  if (work instanceof ModuleRef) return { kind: 'export', name: work.name, module: work.module }
  const definition = definitionOf(work)
  if (definition?.module !== undefined) {
    return { kind: 'task', name: definition.name, module: definition.module }
  }
  if (definition === undefined) checkFunction('work', work)
  const name = (work as { readonly name: string }).name || 'an anonymous function'
  throw new UnsupportedWorkError(
    `A thread cannot find ${name}. Declare it in a module: export const work = task('name', fn), or coroutine('name', fn).`,
    { task: name },
  )
}
