import { optionsOf } from '../command-line/parse-command.js'
import type { BoundCommand } from './command.js'
import type { Option, Positional } from './parameter.js'
import { hanging, wrapped } from './wrap.js'

const hint = "(A command followed by '-h' or '--help' will show command-specific help.)"

/** The line that errors begin with. */
export function usageOf(command: BoundCommand, width: number): string {
  const options = optionsOf(command).map((option) => `[${optionForm(option, option.short)}]`)
  const positionals = command.positionals.map(positionalForm)
  const head = `usage: ${command.name} `
  return hanging(head, [...options, ...positionals], width)
}

export const generalUsage = 'usage: [-h] [command] ...'

/** What `-h` alone says. */
export function generalHelp(commands: Iterable<BoundCommand>, width: number): string {
  const rows = [...commands].map(({ name, summary }): Row => [name, summary])
  const lines = [
    generalUsage,
    '',
    'options:',
    ...columns([['-h, --help', 'Show this help message']], width),
    '',
    'Commands:',
    ...wrapped(hint, width - 2).map((line) => `  ${line}`),
    '',
    ...columns(rows, width),
  ]
  return lines.join('\n')
}

/** What `-h` behind a command says. */
export function commandHelp(command: BoundCommand, width: number): string {
  const { positionals, summary } = command
  const positionalRows = positionals.map(
    (one): Row => [one.name, `${one.help} (${one.type.label})`],
  )
  const lines = [usageOf(command, width), '', ...wrapped(summary, width)]
  if (positionals.length > 0) {
    lines.push('', 'positional arguments:', ...columns(positionalRows, width))
  }
  lines.push('', 'options:', ...columns(optionsOf(command).map(optionRow), width))
  return lines.join('\n')
}

type Row = readonly [term: string, text: string]

function optionRow(option: Option): Row {
  const forms = `${option.short}, ${optionForm(option, option.long)}`
  if (option.value === undefined) return [forms, option.help]
  return [forms, `${option.help} (${option.value.type.label}) (default: ${option.default})`]
}

function optionForm({ value }: Option, form: string): string {
  return value === undefined ? form : `${form} ${value.metavar}`
}

function positionalForm({ name, arity }: Positional): string {
  if (arity === 'one') return name
  return arity === 'optional' ? `[${name}]` : `[${name} ...]`
}

/** Terms on the left, what they mean on the right; a long term has a line of its own. */
function columns(rows: readonly Row[], width: number): string[] {
  const longest = Math.max(...rows.map(([term]) => term.length))
  const indent = Math.min(longest + 4, 24)
  return rows.flatMap(([term, text]) => {
    const [first = '', ...rest] = wrapped(text, width - indent)
    const more = rest.map((line) => ' '.repeat(indent) + line)
    if (term.length + 4 > indent) return [`  ${term}`, ' '.repeat(indent) + first, ...more]
    return [`  ${term}`.padEnd(indent) + first, ...more]
  })
}
