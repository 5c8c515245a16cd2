import { InvalidOptionError } from '@conc/core'

/** @throws {InvalidOptionError} `value` cannot be mapped over. */
export function checkSource(option: string, value: unknown): asserts value is object {
  if (isSource(value)) return
  throw new InvalidOptionError(option, 'an iterable or async iterable that is no string', value)
}

/** Whether it has items: strings do not count. */
export function isSource(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  )
}
