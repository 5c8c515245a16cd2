import type { Terminal } from '../terminal/terminal.js'

/** Reads the text of an option; throws a usage error that names `flag`. */
export type OptionParser = (text: string, flag: string) => unknown

/** One option of a command. From these come the parser, the help, the completion and the README. */
export interface OptionSpec {
  /** As commander takes them: `-p, --port <port>`. */
  readonly flags: string
  readonly summary: string
  /** What holds without it, as text. */
  readonly fallback?: string
  readonly parse?: OptionParser
  /** May be given several times: the command gets an array. */
  readonly isRepeatable?: boolean
  /** Options of the same row share a line of the help. */
  readonly row?: string
  /** What a shell may complete its value with. */
  readonly completes?: 'file' | 'pool' | readonly string[]
}

export interface CommandSpec {
  /** `pool up`. */
  readonly path: string
  /** As in the usage: `<task> [args...]`. */
  readonly takes?: string
  readonly summary: string
  /** What it writes to stdout, for the table of commands. */
  readonly stdout: string
  readonly options: readonly OptionSpec[]
  readonly example: string
  /** What one does next, or has to have before, in the help below the example. */
  readonly more?: readonly string[]
  /** What a shell may complete its argument with. */
  readonly completes?: 'file' | readonly string[]
  /** Imports what the command needs: others do not pay for it. */
  load(): Promise<CommandModule>
}

/** What a module of a command exports. */
interface CommandModule {
  /** @returns the exit status. */
  run(call: CommandCall): Promise<number>
}

/** One run of a command. */
export interface CommandCall<O = object> {
  /** As typed: `pool up`. */
  readonly path: string
  readonly args: readonly string[]
  readonly options: O
  readonly terminal: Terminal
  /** All commands that there are. */
  readonly table: readonly CommandSpec[]
}
