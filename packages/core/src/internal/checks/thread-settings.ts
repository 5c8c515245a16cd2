import type { ResourceLimits } from 'node:worker_threads'
import { InvalidOptionError } from '../../errors/conc-error.js'
import { checkKeys, checkObject } from './option-checks.js'

/** What a new thread is given, as for `Worker`. */
interface ThreadSettings {
  readonly resourceLimits?: ResourceLimits
  readonly execArgv?: readonly string[]
}

const limitNames = [
  'maxOldGenerationSizeMb',
  'maxYoungGenerationSizeMb',
  'codeRangeSizeMb',
  'stackSizeMb',
] as const

/** @throws {InvalidOptionError} */
export function checkThreadSettings({ resourceLimits, execArgv }: ThreadSettings): void {
  if (resourceLimits !== undefined) checkLimits(resourceLimits)
  if (execArgv !== undefined && !isTexts(execArgv)) {
    throw new InvalidOptionError('execArgv', 'an array of strings', execArgv)
  }
}

/** Node passes over what it does not know, and over values that are no numbers. */
function checkLimits(limits: ResourceLimits): void {
  checkObject('resourceLimits', limits)
  checkKeys('resourceLimits', limits, limitNames)
  for (const name of limitNames) {
    const value: unknown = limits[name]
    if (value === undefined || (typeof value === 'number' && value > 0)) continue
    throw new InvalidOptionError(`resourceLimits.${name}`, 'a number above 0', value)
  }
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
