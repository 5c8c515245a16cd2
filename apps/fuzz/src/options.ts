import { parseArgs } from 'node:util'
import { type Kind, kinds } from './plan/composition.js'
import type { RoundOptions } from './plan/round-options.js'
import { plantNames } from './plants.js'

export interface Options {
  readonly seed: number
  readonly rounds: number
  /** Rounds at a time. */
  readonly jobs: number
  readonly round: RoundOptions
}

export const usage: string = `Usage: node apps/fuzz/dist/main.js [options]
  --seed <n>           of the first round; the next ones count up (default: from the clock)
  --rounds <n>         how many (default 20)
  --jobs <n>           how many at a time (default 1)
  --kinds <list>       what executors are composed of, e.g. pool,session,bull
                       (default all: ${kinds.join(',')})
  --depth <n>          executors on executors, at most so many (default 3)
  --level <level>      light or hard (default hard)
  --redis <url>        for queues (default REDIS_URL); without one there are none
  --calls <n>          at most the first n calls of a round: to shrink one that failed
  --disturbances <n>   at most the first n of those
  --limit <seconds>    how long calls and closes may take when nothing disturbs them (default 25)
  --plant <rule>       breaks a promise on purpose, to see that it is noticed
  --help`

/** Words on the command line that make no sense. */
export class UsageError extends Error {}

/** @throws {UsageError} an unknown option or a value that makes no sense. */
export function parseOptions(words: readonly string[], env: NodeJS.ProcessEnv): Options {
  const given = read(words)
  const level = given.level ?? 'hard'
  if (level !== 'light' && level !== 'hard') throw mistake('level', 'light or hard', level)
  const { plant } = given
  if (plant !== undefined && !plantNames.some((name) => name === plant)) {
    throw mistake('plant', `one of ${plantNames.join(', ')}`, plant)
  }
  const redis = given.redis ?? env.REDIS_URL
  if (redis !== undefined && !URL.canParse(redis)) throw mistake('redis', 'a URL', redis)
  return {
    seed: count(given, 'seed', Date.now() % 1_000_000_000, 0),
    rounds: count(given, 'rounds', 20, 1),
    jobs: count(given, 'jobs', 1, 1),
    round: {
      level,
      redis,
      plant,
      kinds: kindsOf(given.kinds),
      depth: count(given, 'depth', 3, 0),
      calls: count(given, 'calls', Number.MAX_SAFE_INTEGER, 0),
      disturbances: count(given, 'disturbances', Number.MAX_SAFE_INTEGER, 0),
      limitMs: count(given, 'limit', 25, 1) * 1000,
    },
  }
}

const names = [
  'seed',
  'rounds',
  'jobs',
  'kinds',
  'depth',
  'level',
  'redis',
  'calls',
  'disturbances',
  'limit',
  'plant',
] as const

type Given = Partial<Record<(typeof names)[number], string>>

function read(words: readonly string[]): Given {
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  try {
    return parseArgs({ args: [...words], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function count(given: Given, name: keyof Given, otherwise: number, least: number): number {
  const text = given[name]
  if (text === undefined) return otherwise
  const n = Number(text)
  if (text !== '' && Number.isSafeInteger(n) && n >= least) return n
  throw mistake(name, `an integer of at least ${least}`, text)
}

function kindsOf(text: string | undefined): readonly Kind[] {
  if (text === undefined) return kinds
  return text.split(',').map((word) => {
    const kind = kinds.find((one) => one === word)
    if (kind === undefined) throw mistake('kinds', `some of ${kinds.join(',')}`, word)
    return kind
  })
}

function mistake(name: string, expected: string, value: string): UsageError {
  return new UsageError(`Expected --${name} to be ${expected}, got ${value}.`)
}
