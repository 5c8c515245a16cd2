import { InvalidOptionError } from '@conc/core'
import { type CheckedOptions, checkTaskOptions } from '../builder/option-checks.js'
import type { TaskOptions } from '../builder/task-options.js'
import type { WeaveContext } from '../run/weave-context.js'
import type { LooseEdges } from './class-options-type.js'

// biome-ignore lint/suspicious/noExplicitAny: a method with any parameters
type Method = (deps: any, ctx: WeaveContext) => unknown

const decorated = new WeakMap<object, CheckedOptions>()

/**
 * Options for a method of a class template, as a standard decorator (not one of `experimentalDecorators`). Where a
 * method has other decorators too, this one stands first.
 *
 * @throws {InvalidOptionError} where the class is declared: a wrong option, or something else than a public method.
 * @example
 * class Report {
 *   @task({ retries: 2, after: ['audit'] }) rows({ day }: { day: string }) { return rowsOf(day) }
 *   audit() { return auditNow() }
 * }
 */
export function task(
  options: TaskOptions & LooseEdges,
): <F extends Method>(method: F, context: ClassMethodDecoratorContext) => F
export function task(options: unknown, ...more: unknown[]): unknown {
  if (typeof options !== 'object' || more.length > 0) {
    const expected =
      'the options of a method that it decorates (task(name, fn), which declares a task, is in @conc/core)'
    throw new InvalidOptionError('options', expected, options)
  }
  checkTaskOptions(options, 'task')
  return <F extends Method>(method: F, context: ClassMethodDecoratorContext): F => {
    checkPlace(context)
    decorated.set(method, options)
    return method
  }
}

/** What a decorator said of a method. */
export function decoratedOptions(method: unknown): CheckedOptions | undefined {
  return typeof method === 'function' ? decorated.get(method) : undefined
}

function checkPlace(context: unknown): void {
  const place = context as Partial<ClassMethodDecoratorContext> | undefined
  if (typeof place !== 'object') {
    const expected = 'used as a standard decorator, without experimentalDecorators'
    throw new InvalidOptionError('@task', expected, place)
  }
  const { kind, name, private: isPrivate } = place
  const isTask =
    kind === 'method' && !isPrivate && !place.static && typeof name === 'string' && name[0] !== '_'
  if (!isTask) throw new InvalidOptionError('@task', 'on a public method without _', name)
}
