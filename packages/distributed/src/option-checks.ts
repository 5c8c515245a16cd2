import { InvalidOptionError } from '@conc/core'
import { checkPositiveInteger } from '@conc/core/internal'

export function checkPort(option: string, value: unknown): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 65_535) return
  throw new InvalidOptionError(option, 'an integer from 0 to 65535', value)
}

export function checkHost(value: unknown): asserts value is string {
  if (typeof value === 'string' && value !== '' && !/[\s/@]/.test(value)) return
  throw new InvalidOptionError('host', 'a host name or an address', value)
}

const mostPayloadBytes = 2 ** 30

/** A frame's size has 32 bits, and a Buffer its own limit. */
export function checkPayloadBytes(value: unknown): asserts value is number {
  checkPositiveInteger('maxPayloadBytes', value)
  if (value <= mostPayloadBytes) return
  throw new InvalidOptionError('maxPayloadBytes', `at most ${mostPayloadBytes}`, value)
}
