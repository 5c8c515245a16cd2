import type { CommandSpec, OptionSpec } from './command-spec.js'
import { summaryOf } from './help-text.js'

/** The commands and their options as tables of the README. */
export function readmeTables(specs: readonly CommandSpec[]): string {
  const commands = specs.map(({ path, takes, summary, stdout }) => [
    code(['conc', path, takes ?? ''].join(' ').trim()),
    summary,
    stdout,
  ])
  const sections = specs
    .filter(({ options }) => options.length > 0)
    .map(({ path, options }) => `#### ${code(`conc ${path}`)}\n\n${optionTable(options)}`)
  return [
    markdownTable([['command', 'does', 'stdout'], ...commands]),
    '### Options',
    ...sections,
  ].join('\n\n')
}

function optionTable(options: readonly OptionSpec[]): string {
  const rows = options.map((option) => [
    code(option.flags),
    summaryOf(option).replaceAll('<', '\\<'),
  ])
  return markdownTable([['option', 'meaning (default)'], ...rows])
}

function code(text: string): string {
  return `\`${text}\``
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = (cells[0] ?? []).map((_, at) =>
    Math.max(...cells.map((row) => row[at]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  const [heading = [], ...rest] = cells
  return [line(heading), line(rule), ...rest.map(line)].join('\n')
}
