import { type Pace, paces, type Size } from './harness/suite.js'

export interface Options {
  /** Names of suites; empty means all. */
  readonly suites: readonly string[]
  /** Beginnings of path names; empty means all. */
  readonly only: readonly string[]
  readonly size: Size
  readonly pace: Pace
  readonly json: Json
}

/** `'no'`: tables. `'stdout'`: JSON in place of the tables. A file: JSON there, beside the tables. */
type Json = 'no' | 'stdout' | { readonly file: string }

export const usage = `Usage: pnpm bench [suite...] [options]
  --only <path>   only paths whose name begins so; may be repeated
  --rounds <n>    samples of each contestant
  --quick         small sizes, few rounds: a look, not a figure
  --full          real sizes, many rounds: takes long
  --tiny          sizes for tests: checks every output, its figures say nothing
  --json [file]   results as JSON: to the .json file, or to stdout in place of the tables
  --help`

/** @throws {UsageError} an unknown option or a value that makes no sense. */
export function parseOptions(words: readonly string[]): Options {
  const left = [...words]
  const suites: string[] = []
  const only: string[] = []
  let size: Size = 'default'
  let rounds: number | undefined
  let json: Json = 'no'
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [name, inline] = splitOption(word)
    switch (name) {
      case '--only':
        only.push(inline ?? valueAfter(name, left))
        break
      case '--rounds':
        rounds = count(name, inline ?? valueAfter(name, left))
        break
      case '--json':
        json = jsonTarget(inline, left)
        break
      case '--tiny':
      case '--quick':
      case '--full':
        size = name.slice(2) as Size
        break
      // What `pnpm bench -- pool` passes on.
      case '--':
        break
      default:
        if (word.startsWith('-')) throw new UsageError(`Unknown option ${word}.`)
        suites.push(word)
    }
  }
  // Asked-for rounds are run, however long they take.
  const pace =
    rounds === undefined
      ? paces[size]
      : { ...paces[size], rounds, budgetMs: Number.POSITIVE_INFINITY }
  return { suites, only, size, pace, json }
}

export class UsageError extends Error {}

function splitOption(word: string): [string, string | undefined] {
  const equals = word.indexOf('=')
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)]
}

function valueAfter(name: string, left: string[]): string {
  const value = left.shift()
  if (value === undefined) throw new UsageError(`Expected a value after ${name}.`)
  return value
}

function count(name: string, value: string): number {
  const n = Number(value)
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new UsageError(`Expected ${name} to be a positive integer, got ${value}.`)
  }
  return n
}

/** The file is optional, so only a word that ends in .json is one: `--json pool` names a suite. */
function jsonTarget(inline: string | undefined, left: string[]): Json {
  if (inline !== undefined) return { file: inline }
  const next = left[0]
  if (!next?.endsWith('.json')) return 'stdout'
  left.shift()
  return { file: next }
}
