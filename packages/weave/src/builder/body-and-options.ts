import { checkFunction } from '@conc/core/internal'
import { type CheckedOptions, checkTaskOptions } from './option-checks.js'
import type { AnyBody } from './steps.js'

/** The last two arguments of a call: options may be left out. @throws {InvalidOptionError} */
export function bodyAndOptions(
  kind: 'task' | 'each',
  first: unknown,
  second: unknown,
): { body: AnyBody; options: CheckedOptions | undefined } {
  const [options, body] = second === undefined ? [undefined, first] : [first, second]
  checkFunction('body', body)
  if (options !== undefined) checkTaskOptions(options, kind)
  return { body: body as AnyBody, options: copied(options) }
}

/** Later changes of the caller's object are not the weave's. */
function copied(options: CheckedOptions | undefined): CheckedOptions | undefined {
  if (options === undefined) return undefined
  const own: { -readonly [K in keyof CheckedOptions]: CheckedOptions[K] } = { ...options }
  if (own.needs) own.needs = own.needs.slice()
  if (own.after) own.after = own.after.slice()
  return own
}
