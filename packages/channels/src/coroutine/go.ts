import { InvalidOptionError, type Task, UnsupportedWorkError } from '@conc/core'
import { callerModule, checkFunction, definitionOf } from '@conc/core/internal/base'
import { shipmentOf } from '../source/program.js'
import type { Body, Start } from './coroutine.js'
import type { WorkSource } from './messages.js'
import { ownFunctions } from './own-functions.js'
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
 * Makes a function whose calls run in threads, each with a channel: from a declared task, from any export of a module,
 * or from a plain function that uses nothing from outside itself but what `scope` lists. Its text is shipped then, to a
 * thread of this process; an arrow may call itself by its name.
 *
 * @throws {InvalidOptionError} @throws {UnsupportedWorkError} a task that no thread can find.
 * @throws {UnshippableFunctionError} a plain function that is not self-contained; it says what to do.
 * @example
 * console.log(await go(resize)('a.png', 640).done)
 * console.log(await go((n: number) => n ** 2)(12).done)      // 144
 */
export function go<A extends readonly unknown[], R, In = unknown, Out = unknown>(
  work: Task<A, R> | Ref<A, R>,
  options?: GoOptions,
): Start<A, R, In, Out>
export function go<A extends readonly unknown[], R, In = unknown, Out = unknown>(
  work: Body<A, R, In, Out>,
  options?: GoOptions,
): Start<A, R, In, Out>
export function go(work: unknown, options: GoOptions = {}): (...args: unknown[]) => unknown {
  checkGoOptions(options)
  const known = sourceOf(work)
  return known ? (...args) => start(known, args, options) : shipped(work, options, callerModule(go))
}

class ModuleRef<A extends readonly unknown[], R> implements Ref<A, R> {
  readonly module: string
  readonly name: string

  constructor(module: string, name: string) {
    this.module = module
    this.name = name
  }
}

/** How a thread finds it; `undefined` for a plain function. */
function sourceOf(work: unknown): WorkSource | undefined {
  if (work instanceof ModuleRef) return { kind: 'export', name: work.name, module: work.module }
  const definition = definitionOf(work)
  if (definition === undefined) return undefined
  const { name, module } = definition
  if (module !== undefined) return { kind: 'task', name, module }
  throw new UnsupportedWorkError(
    `Task '${name}' was declared where there is no file that a thread could import. Declare it in a module.`,
    { task: name },
  )
}

function shipped(
  work: unknown,
  options: GoOptions,
  base: string | undefined,
): (...args: unknown[]) => unknown {
  checkFunction('work', work)
  const fn = work as (...args: never[]) => unknown
  const own = new Map<unknown, string>([...ownFunctions, [go, 'go'], [ref, 'ref']])
  const { program, values } = shipmentOf(fn, options.scope ?? {}, own, base)
  const source: WorkSource = { kind: 'source', name: fn.name || 'anonymous', program }
  return (...args) => start(source, args, options, values)
}
