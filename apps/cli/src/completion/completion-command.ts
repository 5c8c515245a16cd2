import { usageError } from '../program/command-error.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { bashScript } from './bash-script.js'
import { fishScript } from './fish-script.js'
import { type Words, wordTable } from './word-table.js'
import { zshScript } from './zsh-script.js'

const scripts: Readonly<Record<string, (table: readonly Words[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

export async function run({ args, terminal, table }: CommandCall): Promise<number> {
  const [shell = ''] = args
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script === undefined) {
    throw usageError(`completion expects bash, zsh or fish, got '${shell}'.`)
  }
  terminal.print(script(wordTable(table)).trimEnd())
  return exitCode.done
}
