import { globalOptions } from '../options/global-options.js'
import type { CommandSpec, OptionSpec } from '../program/command-spec.js'

/** What a shell may offer after the words of a command, or of a part of one. */
export interface Words {
  /** `''` for the program itself, `pool`, `pool up`. */
  readonly path: string
  /** Words that may follow, with what they mean. */
  readonly next: readonly (readonly [word: string, summary: string])[]
  readonly options: readonly CompletedOption[]
  readonly takesFiles: boolean
}

export interface CompletedOption {
  readonly short: string | undefined
  readonly long: string
  readonly summary: string
  readonly takesValue: boolean
  readonly completes: OptionSpec['completes']
}

const everywhere: readonly OptionSpec[] = [
  { flags: '-h, --help', summary: 'help' },
  ...globalOptions,
]

/** Every path of words that leads to a command, with what may follow. */
export function wordTable(specs: readonly CommandSpec[]): readonly Words[] {
  const paths = new Set(specs.flatMap(({ path }) => partsOf(path)))
  return [...paths].map((path) => {
    const spec = specs.find((one) => one.path === path)
    return {
      path,
      next: spec ? valuesOf(spec) : nextOf(specs, path),
      options: [...(spec?.options ?? []), ...everywhere].map(completed),
      takesFiles: spec?.completes === 'file',
    }
  })
}

/** `pool up`: the program, `pool`, `pool up`. */
function partsOf(path: string): string[] {
  const words = path.split(' ')
  return ['', ...words.map((_, at) => words.slice(0, at + 1).join(' '))]
}

function nextOf(specs: readonly CommandSpec[], path: string): [string, string][] {
  const before = path === '' ? '' : `${path} `
  const found = new Map<string, string>()
  for (const spec of specs) {
    if (!spec.path.startsWith(before) || spec.path === path) continue
    const [word = '', ...more] = spec.path.slice(before.length).split(' ')
    if (!found.has(word)) found.set(word, more.length > 0 ? `${word} …` : spec.summary)
  }
  return [...found]
}

/** What its argument may be. */
function valuesOf({ completes }: CommandSpec): [string, string][] {
  return typeof completes === 'object' ? completes.map((one) => [one, '']) : []
}

function completed({ flags, summary, completes }: OptionSpec): CompletedOption {
  const long = /--[a-z-]+/.exec(flags)?.[0] ?? flags
  const short = /^-([A-Za-z]),/.exec(flags)?.[1]
  return { short, long, summary, takesValue: /<.*>/.test(flags), completes }
}
