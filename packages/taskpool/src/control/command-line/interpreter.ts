import type { BoundCommand, CommandValues } from '../command-table/command.js'
import { commandHelp, generalHelp, generalUsage, usageOf } from '../command-table/help.js'
import { invalidChoice } from '../command-table/value-types.js'
import { UsageError } from '../errors.js'
import { ArgumentError, parseArguments } from './parse-command.js'
import { type Token, TokenError, tokensOf } from './tokens.js'

/** A command line that was understood. */
interface Order {
  readonly command: BoundCommand
  readonly values: CommandValues
}

/** Runs command lines. */
export class Interpreter {
  readonly #commands: ReadonlyMap<string, BoundCommand>
  readonly #width: number

  /** @param width of the lines of help. */
  constructor(commands: ReadonlyMap<string, BoundCommand>, width: number) {
    this.#commands = commands
    this.#width = width
  }

  /**
   * @returns the value of the command, or the text of help.
   * @throws {UsageError} the line cannot be understood. @throws what the command throws.
   */
  async run(line: string): Promise<unknown> {
    const order = this.#understand(line)
    return typeof order === 'string' ? order : await order.command.run(order.values)
  }

  #understand(line: string): Order | string {
    const [first, ...rest] = this.#tokens(line)
    if (first === undefined) return ''
    if (first.text === '-h' || first.text === '--help') {
      return generalHelp(this.#commands.values(), this.#width)
    }
    const command = this.#commands.get(first.text)
    if (command === undefined) this.#refuse(first.text)
    return this.#order(command, rest)
  }

  #order(command: BoundCommand, tokens: readonly Token[]): Order | string {
    try {
      const values = parseArguments(command, tokens)
      return values === 'help' ? commandHelp(command, this.#width) : { command, values }
    } catch (error) {
      if (!(error instanceof ArgumentError)) throw error
      const usage = usageOf(command, this.#width)
      throw new UsageError(`${usage}\n${command.name}: error: ${error.message}`)
    }
  }

  #tokens(line: string): Token[] {
    try {
      return tokensOf(line)
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      throw new UsageError(`${generalUsage}\nerror: ${error.message}`)
    }
  }

  #refuse(name: string): never {
    const reason = invalidChoice(name.slice(0, 80), this.#commands.keys())
    throw new UsageError(`${generalUsage}\nerror: argument command: ${reason}`)
  }
}
