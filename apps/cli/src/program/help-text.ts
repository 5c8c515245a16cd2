import { padded } from '../terminal/text-width.js'
import type { CommandSpec, OptionSpec } from './command-spec.js'

const widestFlags = 30

/** The help of the command at `path`; of a group, or of all, the list of commands. */
export function helpText(specs: readonly CommandSpec[], path: string): string {
  const spec = specs.find((one) => one.path === path)
  return `${(spec ? commandHelp(spec) : listHelp(specs, path)).join('\n')}\n`
}

/** As one types it. */
function usageOf({ path, takes, options }: CommandSpec): string {
  return ['conc', path, options.length > 0 ? '[options]' : '', takes ?? '']
    .filter((part) => part !== '')
    .join(' ')
}

function commandHelp(spec: CommandSpec): string[] {
  return [
    `Usage: ${usageOf(spec)}`,
    '',
    spec.summary,
    ...(spec.options.length > 0 ? ['', ...optionLines(spec.options)] : []),
    '',
    `Example: ${spec.example}`,
    ...(spec.more ?? []),
    'Also: -v -q --json --log-format --[no-]color, see conc --help',
  ]
}

function listHelp(specs: readonly CommandSpec[], path: string): string[] {
  const listed = specs.filter((one) => path === '' || one.path.startsWith(`${path} `))
  const width = Math.max(...listed.map((one) => one.path.length))
  return [
    `Usage: conc ${path === '' ? '' : `${path} `}<command> [options]`,
    '',
    ...listed.map((one) => `  ${padded(one.path, width)}  ${one.summary}`),
    '',
    ...(path === '' ? everywhere : []),
    `Help of one: conc ${listed[0]?.path} --help`,
    ...(path === '' ? [`Example: ${listed[0]?.example}`] : []),
  ]
}

const everywhere = [
  'Everywhere: -h, --help; -V, --version; -v, --verbose (debug logs; -vv: stacks);',
  '  -q, --quiet (warnings only; -qq: errors only); --json (documents, one a line);',
  '  --log-format pretty|json (pretty on a terminal); --color, --no-color',
]

function optionLines(options: readonly OptionSpec[]): string[] {
  const rows = rowsOf(options)
  const width = Math.min(widestFlags, Math.max(...rows.map(({ flags }) => flags.length)))
  return rows.map(({ flags, summary }) => `  ${padded(flags, width)}  ${summary}`.trimEnd())
}

/** Options of one row stand together; a long row speaks for itself. */
function rowsOf(options: readonly OptionSpec[]): { flags: string; summary: string }[] {
  const rows = new Map<string, OptionSpec[]>()
  for (const option of options) {
    const row = option.row ?? option.flags
    rows.set(row, [...(rows.get(row) ?? []), option])
  }
  return [...rows.values()].map((row) => {
    const flags = row.map((one) => one.flags).join(', ')
    const first = row[0] as OptionSpec
    return { flags, summary: summaryOf(first) }
  })
}

export function summaryOf({ summary, fallback }: OptionSpec): string {
  return fallback === undefined ? summary : `${summary} (${fallback})`
}
