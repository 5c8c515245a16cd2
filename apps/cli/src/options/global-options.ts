import type { OptionSpec } from '../program/command-spec.js'
import { levelOf } from '../terminal/log-level.js'
import type { TerminalOptions } from '../terminal/terminal.js'
import { oneOf } from './parsers.js'

/** What every command understands, beside `--help` and `--version`. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: '-v, --verbose', summary: 'more logs (debug); -vv: errors with their stacks' },
  { flags: '-q, --quiet', summary: 'fewer logs (warn); -qq: errors only' },
  { flags: '--json', summary: 'one JSON document, or one per line; errors too' },
  {
    flags: '--log-format <format>',
    summary: 'pretty or json',
    fallback: 'pretty on a terminal, else json',
    parse: oneOf('pretty', 'json'),
    completes: ['pretty', 'json'],
  },
  { flags: '--color', summary: 'colours, also in a pipe', row: 'colour' },
  { flags: '--no-color', summary: 'no colours', row: 'colour' },
]

export interface GlobalValues {
  readonly verbose?: number
  readonly quiet?: number
  readonly json?: boolean
  readonly logFormat?: 'pretty' | 'json'
  readonly color?: boolean
}

export function terminalOptions(values: GlobalValues): TerminalOptions {
  const { verbose = 0, quiet = 0, json = false, logFormat, color } = values
  return {
    isJson: json,
    level: levelOf(verbose, quiet, process.env.CONC_LOG_LEVEL),
    logFormat,
    colour: color,
    showsStacks: verbose >= 2,
  }
}
