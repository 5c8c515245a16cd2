import { Builder } from './builder/builder.js'
import { checkedInputs } from './builder/option-checks.js'
import type { FreeNames, InputRows } from './builder/rows.js'
import type { Step } from './builder/steps.js'
import type { Weave } from './builder/weave-type.js'
import { checkTemplate } from './classes/class-members.js'
import type { CheckedClass, ClassInputs, ClassWeave } from './classes/class-rows.js'

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
/**
 * Begins with the tasks of a class: its public methods, function fields, fields made by `each` and fields that hold a
 * declared task. They see each other in any order. Each run has an instance of its own. Inputs that are not given here
 * are owed to `run`.
 *
 * @throws {InvalidOptionError} the constructor takes arguments.
 * @example
 * class Report {
 *   user({ userId }: { userId: number }) { return { id: userId, name: 'Ada' } }
 *   summary({ user }: Use<Report, 'user'>) { return `Report for ${user.name}` }
 * }
 * (await weave(Report).run({ userId: 1 })).summary
 */
export function weave<C extends object>(
  template: (new () => C) & CheckedClass<C>,
): ClassWeave<C, ClassInputs<C>, object extends ClassInputs<C> ? undefined : ClassInputs<C>>
export function weave<C extends object, I extends ClassInputs<C>>(
  template: (new () => C) & CheckedClass<C>,
  inputs: I,
): ClassWeave<C, I, undefined>
/** Begins with inputs. */
export function weave<I extends object>(
  inputs: I & FreeNames<I>,
): Weave<undefined, InputRows<I>, undefined, readonly []>
export function weave(first?: unknown, inputs?: unknown): unknown {
  if (typeof first === 'function') return weaveOfClass(first, inputs)
  return new Builder(first === undefined ? undefined : inputStep(first), false)
}

function weaveOfClass(template: unknown, inputs: unknown): Builder {
  checkTemplate(template)
  const previous: Step =
    inputs === undefined ? { kind: 'owed', previous: undefined } : inputStep(inputs)
  return new Builder({ kind: 'class', previous, template }, inputs === undefined && 'class')
}

function inputStep(inputs: unknown): Step {
  return { kind: 'inputs', previous: undefined, values: checkedInputs(inputs) }
}
