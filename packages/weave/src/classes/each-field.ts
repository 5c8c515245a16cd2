import { checkFunction } from '@conc/core/internal'
import { type CheckedOptions, checkTaskOptions } from '../builder/option-checks.js'
import type { AnyIter } from '../builder/rows.js'
import { checkSource } from '../builder/source-check.js'
import type { AnyBody } from '../builder/steps.js'
import type { EachOptions } from '../builder/task-options.js'
import type { WeaveContext } from '../run/weave-context.js'
import type { LooseEdges } from './class-options-type.js'

type FieldBody<I, D, R> = (item: I, deps: D, ctx: WeaveContext) => R

/** A mapped task as a field of a class template. */
export interface EachField<I, D, R> {
  readonly over: string | object
  readonly body: FieldBody<I, D, R>
}

class Field {
  static {
    Object.defineProperty(Field, 'name', { value: 'EachField' })
  }
  readonly over: string | object
  readonly options: CheckedOptions | undefined
  readonly body: AnyBody

  constructor(over: string | object, options: CheckedOptions | undefined, body: AnyBody) {
    this.over = over
    this.options = options
    this.body = body
    Object.freeze(this)
  }
}

/**
 * A mapped task of a class template, as a field: `scores = each('rows', (row: Row) => score(row))`.
 *
 * @param over the name of a sibling or input, or the items themselves.
 * @throws {InvalidOptionError} a wrong source or option, or a body that is no function.
 * @example
 * class Squares {
 *   numbers() { return [1, 2, 3] }
 *   squares = each('numbers', { workers: 2 }, (n: number) => n * n)
 * }
 * (await weave(Squares).run()).squares      // [1, 4, 9]
 */
export function each<I, R, D = object>(over: string, body: FieldBody<I, D, R>): EachField<I, D, R>
export function each<I, R, D = object>(
  over: string,
  options: EachOptions<D, I> & LooseEdges,
  body: FieldBody<I, D, R>,
): EachField<I, D, R>
export function each<I, R, D = object>(
  over: AnyIter<I> & object,
  body: FieldBody<I, D, R>,
): EachField<I, D, R>
export function each<I, R, D = object>(
  over: AnyIter<I> & object,
  options: EachOptions<D, I> & LooseEdges,
  body: FieldBody<I, D, R>,
): EachField<I, D, R>
export function each(over: unknown, second: unknown, third?: unknown): unknown {
  const [options, body] = third === undefined ? [undefined, second] : [second, third]
  if (typeof over !== 'string' || over === '') checkSource('over', over)
  checkFunction('body', body)
  if (options !== undefined) checkTaskOptions(options, 'each')
  return new Field(over as string | object, options as CheckedOptions | undefined, body as AnyBody)
}

/** The field behind a value that `each` made. */
export function fieldOf(value: unknown): Field | undefined {
  return value instanceof Field ? value : undefined
}
