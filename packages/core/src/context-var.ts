import { ConcError, InvalidOptionError } from './errors/conc-error.js'
import { currentFrame, inFrame } from './internal/running/frame.js'
import { checkName } from './internal/tasks/task-definition.js'

/** A value that goes along with every call and nested call, into other threads and processes too. */
export interface ContextVar<T> {
  readonly name: string
  /** @throws {ConcError} `CONC_CONTEXT_VAR`: no value was set and there is no default. */
  get(): T
  /** Runs `fn` with `value`; calls made inside carry it. @returns what `fn` returns. */
  run<R>(value: T, fn: () => R): R
}

/**
 * Declares a context variable. Set values travel one way, from caller to callee; defaults do not travel.
 * Names follow task names, `[A-Za-z0-9_.\-/]{1,128}`; the same name is the same variable.
 *
 * @example
 * const tenant = contextVar<string>('tenant', { default: 'public' })
 * tenant.run('acme', () => report())      // tenant.get() is 'acme' inside, and in tasks that report() calls
 */
export function contextVar<T>(name: string, options: { default?: T } = {}): ContextVar<T> {
  checkName('name', name)
  return Object.freeze({
    name,
    get(): T {
      const vars = currentFrame()?.vars
      if (vars?.has(name)) return vars.get(name) as T
      if ('default' in options) return options.default as T
      throw new ConcError(`Context variable '${name}' has no value here and no default.`, {
        code: 'CONC_CONTEXT_VAR',
      })
    },
    run<R>(value: T, fn: () => R): R {
      if (typeof fn !== 'function') throw new InvalidOptionError('fn', 'a function', fn)
      return inFrame({ vars: new Map(currentFrame()?.vars).set(name, value) }, fn)
    },
  })
}
