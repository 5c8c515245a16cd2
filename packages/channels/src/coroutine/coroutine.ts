import { UnsupportedWorkError } from '@conc/core'
import { callerModule, checkFunction, checkName, moduleUrl } from '@conc/core/internal/base'
import { addCoroutine } from './coroutine-registry.js'
import { type Self, self } from './self.js'
import { start } from './start.js'
import { type CoroutineOptions, checkCoroutineOptions } from './start-options.js'
import type { ThreadChannel } from './thread-channel.js'

/** The function of a coroutine. `this` is the thread's end of its channel. */
export type Body<A extends readonly unknown[], R, In, Out> = (this: Self<In, Out>, ...args: A) => R

/** Starts a coroutine: each call has a thread and a channel of its own. `In`: what the thread gets; `Out`: what it puts. */
export type Start<A extends readonly unknown[], R, In, Out> = (
  ...args: A
) => ThreadChannel<In, Put<R, Out>, Returned<R>>

/** What `Self<…>` says that the body puts; where nothing does, what a generator yields. */
type Put<R, Out> = unknown extends Out ? (R extends Steps<infer Y, unknown> ? Y : Out) : Out

/** What the body returns, which is what comes last from a generator. */
type Returned<R> = R extends Steps<unknown, infer T> ? T : Awaited<R>

type Steps<Y, T> = Generator<Y, T, never> | AsyncGenerator<Y, T, never>

interface Coroutine {
  <A extends readonly unknown[], R, In = unknown, Out = unknown>(
    name: string,
    fn: Body<A, R, In, Out>,
    options?: CoroutineOptions,
  ): Start<A, R, In, Out>
  <A extends readonly unknown[], R, In = unknown, Out = unknown>(
    fn: Body<A, R, In, Out>,
    options?: CoroutineOptions,
  ): Start<A, R, In, Out>
  /** The end that the coroutine running in this thread has; `undefined` outside of one. */
  readonly self: typeof self
}

/**
 * Declares a function whose calls run in threads. The thread imports the declaring file and finds the function by its
 * name: declare it at the top level of a module, and start things only in `main(import.meta, …)`. A generator's yields
 * are put, waiting for room.
 *
 * @param name `[A-Za-z0-9_.\-/]{1,128}`, unique in a process; a named function may stand alone.
 * @throws {InvalidOptionError} @throws {DuplicateTaskError}
 * @example
 * export const doubler = coroutine('doubler', async function (this: Self<number, number>) {
 *   for await (const n of this) await this.put(n * 2)
 * })
 * const twice = doubler()
 * await twice.put(21)
 * console.log(await twice.get())      // 42
 * twice.close()
 */
export const coroutine: Coroutine = Object.assign(declare, { self }) as Coroutine

function declare(first: unknown, second?: unknown, third?: unknown): unknown {
  const [name, fn, options = {}] =
    typeof first === 'function' ? [first.name, first, second] : [first, second, third]
  checkName('name', name)
  checkFunction('fn', fn)
  checkCoroutineOptions(options)
  const { module: given, ...startOptions } = options
  const module = given === undefined ? callerModule(declare) : moduleUrl(given)
  addCoroutine({ name, fn: fn as (...args: never[]) => unknown, module })
  return (...args: unknown[]) => {
    if (module === undefined) throw unreachable(name)
    return start({ kind: 'coroutine', name, module }, args, startOptions)
  }
}

function unreachable(name: string): UnsupportedWorkError {
  return new UnsupportedWorkError(
    `Coroutine '${name}' was declared where there is no file that a thread could import. Declare it in a module.`,
    { task: name },
  )
}
