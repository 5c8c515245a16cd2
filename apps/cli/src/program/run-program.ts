import { CommanderError } from 'commander'
import { buildProgram } from './build-program.js'
import { commandTable } from './command-table.js'
import { exitCode } from './exit-code.js'
import { reportFailure } from './failure.js'
import { isEndingUnread } from './leave.js'

/** Runs what was typed. @returns the exit status; never rejects. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const outcome = { exitCode: exitCode.done as number }
  const program = buildProgram(commandTable, outcome)
  try {
    await program.parseAsync(args, { from: 'user' })
    return outcome.exitCode
  } catch (error) {
    if (isShown(error)) return error.code === 'commander.help' ? exitCode.usage : exitCode.done
    if (isEndingUnread()) return exitCode.done
    return reportFailure(error, howToShow(args))
  }
}

/** Help or version, which stand on the screen already. */
function isShown(error: unknown): error is CommanderError {
  const shown = ['commander.help', 'commander.helpDisplayed', 'commander.version']
  return error instanceof CommanderError && shown.includes(error.code)
}

/** Read from the words themselves, as they may be what could not be parsed. */
function howToShow(args: readonly string[]): { isJson: boolean; showsStacks: boolean } {
  const end = args.indexOf('--')
  const words = end === -1 ? args : args.slice(0, end)
  const verbose = words.join(' ').match(/(?<=^| )-v+(?= |$)|(?<=^| )--verbose(?= |$)/g) ?? []
  const times = verbose.reduce((sum, one) => sum + (one === '--verbose' ? 1 : one.length - 1), 0)
  return { isJson: words.includes('--json'), showsStacks: times >= 2 }
}
