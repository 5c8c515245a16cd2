import { Command, type CommanderError, Option } from 'commander'
import { type GlobalValues, globalOptions, terminalOptions } from '../options/global-options.js'
import { Terminal } from '../terminal/terminal.js'
import { usageError } from './command-error.js'
import type { CommandSpec, OptionSpec } from './command-spec.js'
import { helpText } from './help-text.js'
import { version } from './version.js'

/** What a run of the program comes to. */
export interface Outcome {
  exitCode: number
}

/** Commander's program for the commands; the one that is called leaves its exit status in `outcome`. */
export function buildProgram(specs: readonly CommandSpec[], outcome: Outcome): Command {
  const root = new Command('conc')
  root
    .exitOverride()
    .version(version, '-V, --version')
    .configureOutput({ outputError: () => {} })
    .configureHelp({ formatHelp: (command) => helpText(specs, pathOf(command)) })
  addGlobalOptions(root)
  for (const spec of specs) addCommand(root, spec, specs, outcome)
  return root
}

function addCommand(
  root: Command,
  spec: CommandSpec,
  table: readonly CommandSpec[],
  outcome: Outcome,
): void {
  const names = spec.path.split(' ')
  const name = names.pop() as string
  const parent = names.reduce(group, root)
  const command = parent.command(spec.takes ? `${name} ${spec.takes}` : name)
  for (const option of spec.options) command.addOption(optionOf(option))
  addGlobalOptions(command)
  command.exitOverride((error) => {
    throw withUsage(error, spec)
  })
  command.action(async () => {
    const { path } = spec
    process.title = `conc ${path}`
    const { run } = await spec.load()
    const terminal = new Terminal(terminalOptions(globalValues(root, command)))
    const call = { path, args: command.args, options: command.opts(), terminal, table }
    outcome.exitCode = await run(call)
  })
}

/** Who left an argument out is told which there are. */
function withUsage(error: CommanderError, { path, takes }: CommandSpec): Error {
  if (error.code !== 'commander.missingArgument') return error
  return usageError(`${error.message.replace(/^error: /, '')}.`, `Usage: conc ${path} ${takes}`)
}

function group(parent: Command, name: string): Command {
  return parent.commands.find((one) => one.name() === name) ?? parent.command(name)
}

function optionOf({ flags, summary, parse, isRepeatable }: OptionSpec): Option {
  const option = new Option(flags, summary)
  const flag = option.long ?? flags
  if (isRepeatable) {
    option.argParser((text, earlier: unknown[] | undefined) => [
      ...(earlier ?? []),
      parse ? parse(text, flag) : text,
    ])
  } else if (parse) {
    option.argParser((text) => parse(text, flag))
  }
  return option
}

/** They stand before or after a command, and may share a dash with its own: `-wv`. */
function addGlobalOptions(command: Command): void {
  for (const spec of globalOptions) {
    const option = optionOf(spec)
    if (isCounted(option)) option.argParser((_, earlier: number | undefined) => (earlier ?? 0) + 1)
    // `--no-color` holds, whatever comes after it.
    if (option.long === '--color') option.argParser((_, earlier: unknown) => earlier !== false)
    command.addOption(option.hideHelp())
  }
}

function isCounted({ long }: Option): boolean {
  return long === '--verbose' || long === '--quiet'
}

function globalValues(root: Command, command: Command): GlobalValues {
  const before = root.opts<GlobalValues>()
  const after = command.opts<GlobalValues>()
  return {
    ...before,
    ...after,
    verbose: (before.verbose ?? 0) + (after.verbose ?? 0),
    quiet: (before.quiet ?? 0) + (after.quiet ?? 0),
    ...(before.color === false && { color: false }),
  }
}

function pathOf(command: Command): string {
  const names: string[] = []
  for (let one: Command | null = command; one?.parent; one = one.parent) names.unshift(one.name())
  return names.join(' ')
}
