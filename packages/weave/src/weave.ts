import { Builder } from './builder/builder.js'
import { checkedInputs } from './builder/option-checks.js'
import type { FreeNames, InputRows } from './builder/rows.js'
import type { Weave } from './builder/weave-type.js'

/**
 * Begins a weave: a graph of named tasks that reads top to bottom and runs as concurrently as it can. A task asks for
 * others by name; all that it did not ask for may run beside it.
 *
 * @param inputs values that tasks may ask for by name; copied shallowly.
 * @throws {WeaveNameError} an input has a reserved name.
 * @example
 * const page = await weave({ id: 7 })
 *   .do({ author: ({ id }) => db.author(id), books: ({ id }) => db.booksBy(id) })
 *   .each('prices', 'books', { workers: 8 }, (book) => priceOf(book))
 *   .do('page', ({ author, books, prices }) => render(author, books, prices))
 *   .run()
 * page.final
 */
export function weave(): Weave<undefined, never, undefined, readonly []>
export function weave<I extends object>(
  inputs: I & FreeNames<I>,
): Weave<undefined, InputRows<I>, undefined, readonly []>
export function weave(inputs?: unknown): unknown {
  if (inputs === undefined) return new Builder(undefined, false)
  const values = checkedInputs(inputs)
  return new Builder({ kind: 'inputs', previous: undefined, values }, false)
}
