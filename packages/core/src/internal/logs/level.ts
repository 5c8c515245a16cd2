import { InvalidOptionError } from '../../errors/conc-error.js'

/** How much is told: each level has those before it too. */
export type Level = 'off' | 'error' | 'warn' | 'info' | 'debug'

/** What a record is about. */
export type RecordLevel = Exclude<Level, 'off'>

/** From the one that tells nothing to the one that tells all. */
export const levels: readonly Level[] = ['off', 'error', 'warn', 'info', 'debug']

const ranks: { readonly [L in Level]: number } = { off: 0, error: 1, warn: 2, info: 3, debug: 4 }

/** Whether what is said at `level` is told where `limit` is asked for. */
export function isShown(level: RecordLevel, limit: Level): boolean {
  return ranks[level] <= ranks[limit]
}

/** The one that tells more. */
export function fuller(one: Level, other: Level = 'off'): Level {
  return ranks[one] >= ranks[other] ? one : other
}

export function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && Object.hasOwn(ranks, value)
}

/** @throws {InvalidOptionError} it is none. */
export function checkLevel(option: string, value: unknown): asserts value is Level {
  if (isLevel(value)) return
  const names = Object.keys(ranks).map((one) => `'${one}'`)
  throw new InvalidOptionError(option, names.join(' or '), value)
}
