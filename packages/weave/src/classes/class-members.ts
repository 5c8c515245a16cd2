import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkObject, definitionOf } from '@conc/core/internal'
import { type CheckedOptions, checkTaskName, checkTaskOptions } from '../builder/option-checks.js'
import type { AnyBody, SingleStep } from '../builder/steps.js'
import { fieldOf } from './each-field.js'
import { memberOrder } from './member-order.js'
import { decoratedOptions } from './task-decorator.js'

/** A class whose public methods and function fields are tasks. */
export type Template = new () => object

/** @throws {InvalidOptionError} */
export function checkTemplate(value: unknown): asserts value is Template {
  const isClass = typeof value === 'function' && typeof value.prototype === 'object'
  if (isClass && value.length === 0) return
  throw new InvalidOptionError(
    'template',
    'a class whose constructor takes no arguments, or an object of inputs',
    value,
  )
}

/**
 * The tasks of an instance, in the order they are declared: the base class first.
 *
 * @throws {WeaveNameError} @throws {InvalidOptionError} its `static options` do not fit.
 */
export function membersOf(template: Template, instance: object): Record<string, SingleStep> {
  const chain = chainOf(template)
  const names = namesOf(chain, instance)
  const statics = chain.map((one) => staticOptions(one, names))
  const members: Record<string, SingleStep> = Object.create(null)
  for (const name of names) {
    checkTaskName(name)
    const options = merged(chain, statics, name)
    members[name] = memberStep(name, Reflect.get(instance, name), options)
  }
  return members
}

/** The body of one member, as one of this instance. */
export function boundBody(instance: object, name: string): AnyBody {
  const value: unknown = Reflect.get(instance, name)
  const body = (fieldOf(value)?.body ?? value) as AnyBody
  return definitionOf(body) ? body : body.bind(instance)
}

function memberStep(name: string, value: unknown, options: CheckedOptions): SingleStep {
  const field = fieldOf(value)
  checkTaskOptions(options, field ? 'each' : 'task')
  if (field === undefined) {
    return { kind: 'task', previous: undefined, name, body: value as AnyBody, options }
  }
  const { over, body } = field
  const all = { ...field.options, ...options }
  return { kind: 'each', previous: undefined, name, body, over, options: all }
}

/** From the base class on. */
function chainOf(template: Template): Template[] {
  const chain: Template[] = []
  for (
    let one: unknown = template;
    typeof one === 'function' && one !== Function.prototype;
    one = Object.getPrototypeOf(one)
  ) {
    chain.unshift(one as Template)
  }
  return chain
}

function namesOf(chain: readonly Template[], instance: object): string[] {
  const methods = chain.flatMap(({ prototype }) =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function')
      .map(([name]) => name),
  )
  const fields = Object.keys(instance)
  const names = [...methods, ...fields].filter(
    (name) => !name.startsWith('_') && isTask(instance, name),
  )
  const known = new Set(names)
  const declared = chain.flatMap((one) => memberOrder(one, known))
  return [...new Set([...declared, ...names])]
}

function isTask(instance: object, name: string): boolean {
  if (isAccessor(instance, name)) return false
  const value: unknown = Reflect.get(instance, name)
  return typeof value === 'function' || fieldOf(value) !== undefined
}

/** One that a class further down put in the place of a method. */
function isAccessor(instance: object, name: string): boolean {
  for (
    let one: unknown = instance;
    typeof one === 'object' && one;
    one = Object.getPrototypeOf(one)
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(one, name)
    if (descriptor) return descriptor.get !== undefined || descriptor.set !== undefined
  }
  return false
}

function staticOptions(
  template: Template,
  names: readonly string[],
): Readonly<Record<string, CheckedOptions>> {
  if (!Object.hasOwn(template, 'options')) return {}
  const options: unknown = Reflect.get(template, 'options')
  const where = `${template.name}.options`
  checkObject(where, options)
  checkKeys(where, options, names)
  return options as Record<string, CheckedOptions>
}

/** The nearest class first, and in each one what is static over its decorator. */
function merged(
  chain: readonly Template[],
  statics: readonly Readonly<Record<string, CheckedOptions>>[],
  name: string,
): CheckedOptions {
  let options: CheckedOptions = {}
  chain.forEach(({ prototype }, place) => {
    const method = Object.getOwnPropertyDescriptor(prototype, name)?.value
    options = { ...options, ...decoratedOptions(method), ...statics[place]?.[name] }
  })
  return options
}
