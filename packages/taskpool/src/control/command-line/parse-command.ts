import type { BoundCommand, CommandValues } from '../command-table/command.js'
import { type Option, type Positional, ValueError } from '../command-table/parameter.js'
import type { Token } from './tokens.js'

/** Why the arguments of a command cannot be understood. */
export class ArgumentError extends Error {
  static {
    ArgumentError.prototype.name = 'ArgumentError'
  }
}

const help: Option = {
  short: '-h',
  long: '--help',
  name: 'help',
  default: 'false',
  help: 'Show this help message',
}

/** All options of a command, help included. */
export function optionsOf(command: Pick<BoundCommand, 'options'>): readonly Option[] {
  return [help, ...command.options]
}

/**
 * The values of a command's arguments; `'help'` where it was asked for.
 *
 * @throws {ArgumentError}
 */
export function parseArguments(
  command: BoundCommand,
  tokens: readonly Token[],
): CommandValues | 'help' {
  const parser = new ArgumentParser(command, tokens)
  return parser.run()
}

class ArgumentParser {
  readonly #command: BoundCommand
  readonly #tokens: readonly Token[]
  #at = 0
  readonly #values: Record<string, unknown> = {}
  readonly #words: string[] = []
  readonly #unknown: string[] = []

  constructor(command: BoundCommand, tokens: readonly Token[]) {
    this.#command = command
    this.#tokens = tokens
  }

  run(): CommandValues | 'help' {
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++] as Token
      if (token.text === '--' && !token.isQuoted) this.#takeRest()
      else if (!looksLikeOption(token)) this.#words.push(token.text)
      else if (this.#readOption(token) === 'help') return 'help'
    }
    this.#assignWords()
    if (this.#unknown.length > 0) {
      throw new ArgumentError(`unrecognized arguments: ${this.#unknown.join(' ')}`)
    }
    return this.#values as unknown as CommandValues
  }

  #takeRest(): void {
    for (const token of this.#tokens.slice(this.#at)) this.#words.push(token.text)
    this.#at = this.#tokens.length
  }

  #readOption(token: Token): 'help' | undefined {
    const [option, attached] = this.#optionOf(token.text)
    if (option === undefined) {
      this.#unknown.push(token.text)
    } else if (option.value === undefined) {
      if (attached !== undefined) this.#fail(option, `ignored explicit argument '${attached}'`)
      if (option === help) return 'help'
      this.#values[option.name] = true
    } else {
      const text = attached ?? this.#nextValue(option)
      this.#values[option.name] = read(`${option.short}/${option.long}`, option.value.type, text)
    }
    return undefined
  }

  /** `--long`, `--long=value`, `-s`, `-svalue` */
  #optionOf(text: string): [Option | undefined, string | undefined] {
    const [, long, attached] = /^(--[^=]+)(?:=(.*))?$/s.exec(text) ?? []
    const options = optionsOf(this.#command)
    if (long !== undefined) return [options.find((one) => one.long === long), attached]
    const option = options.find((one) => text.startsWith(one.short))
    return [option, text.length > 2 ? text.slice(2) : undefined]
  }

  #nextValue(option: Option): string {
    const token = this.#tokens[this.#at]
    if (token === undefined || looksLikeOption(token)) this.#fail(option, 'expected one argument')
    this.#at++
    return (token as Token).text
  }

  #assignWords(): void {
    const words = [...this.#words]
    const missing: string[] = []
    for (const positional of this.#command.positionals) {
      const { name, arity } = positional
      if (arity === 'any') {
        this.#values[name] = words.splice(0).map((word) => this.#readWord(positional, word))
      } else if (words.length > 0) {
        this.#values[name] = this.#readWord(positional, words.shift() as string)
      } else if (arity === 'one') {
        missing.push(name)
      }
    }
    if (missing.length > 0) {
      throw new ArgumentError(`the following arguments are required: ${missing.join(', ')}`)
    }
    this.#unknown.push(...words)
  }

  #readWord(positional: Positional, word: string): unknown {
    return read(positional.name, positional.type, word)
  }

  #fail(option: Option, reason: string): never {
    throw new ArgumentError(`argument ${option.short}/${option.long}: ${reason}`)
  }
}

/** A dash in front makes an option, unless it is quoted, alone, or the sign of a number. */
function looksLikeOption({ text, isQuoted }: Token): boolean {
  return !isQuoted && text.length > 1 && text.startsWith('-') && !/^-\.?\d/.test(text)
}

function read(name: string, type: Positional['type'], text: string): unknown {
  try {
    return type.read(text)
  } catch (error) {
    if (!(error instanceof ValueError)) throw error
    throw new ArgumentError(`argument ${name}: ${error.message}`)
  }
}
