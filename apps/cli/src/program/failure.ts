import { CommanderError } from 'commander'
import { plain } from '../terminal/text-width.js'
import { CommandError, usageError } from './command-error.js'
import { exitCode } from './exit-code.js'

/** What a failure looks like to whoever typed the command. */
interface Failure {
  readonly line: string
  readonly remedy: string | undefined
  readonly exitCode: number
  /** What lies beneath. */
  readonly error: unknown
}

const codes: Readonly<Record<string, number>> = {
  CONC_INVALID_OPTION: exitCode.usage,
  CONC_WEAVE_INPUT: exitCode.usage,
  CONC_CONNECTION_LOST: exitCode.unreachable,
  CONC_AUTHENTICATION: exitCode.refused,
  CONC_VERSION_MISMATCH: exitCode.refused,
  CONC_PROTOCOL: exitCode.refused,
  CONC_ADDRESS_IN_USE: exitCode.notStarted,
  CONC_POOL_START: exitCode.notStarted,
  CONC_ENGINE: exitCode.notStarted,
}

/** Of failures that have no code of their own, by exit status. */
const names: Readonly<Record<number, string>> = {
  [exitCode.usage]: 'CONC_USAGE',
  [exitCode.unreachable]: 'CONC_UNREACHABLE',
  [exitCode.refused]: 'CONC_REFUSED',
  [exitCode.notStarted]: 'CONC_NOT_STARTED',
}

function failureOf(thrown: unknown): Failure {
  const error = thrown instanceof CommanderError ? fromCommander(thrown) : thrown
  if (error instanceof CommandError) {
    return {
      line: plain(error.message),
      remedy: error.remedy,
      exitCode: error.exitCode,
      error: error.cause ?? error,
    }
  }
  const line = plain(error instanceof Error ? error.message || error.name : String(error))
  return { line, remedy: undefined, exitCode: codes[codeOf(error)] ?? exitCode.failed, error }
}

/** Writes to stderr why a command failed. @returns the exit status. */
export function reportFailure(
  thrown: unknown,
  { isJson, showsStacks }: { isJson: boolean; showsStacks: boolean },
): number {
  const failure = failureOf(thrown)
  const { stderr } = process
  if (isJson) {
    stderr.write(`${JSON.stringify({ error: errorJson(failure, showsStacks) })}\n`)
    return failure.exitCode
  }
  stderr.write(`conc: ${failure.line}\n`)
  if (failure.remedy !== undefined) stderr.write(`${failure.remedy}\n`)
  if (showsStacks && failure.error instanceof Error) stderr.write(`${stackOf(failure.error)}\n`)
  return failure.exitCode
}

export function errorJson(
  { line, error, exitCode: code }: Omit<Failure, 'remedy'>,
  showsStack: boolean,
): { name: string; code: string; message: string; stack?: string } {
  const isError = error instanceof Error
  const own = codeOf(error)
  return {
    name: isError ? error.name : 'Error',
    code: own !== '' ? own : (names[code] ?? 'CONC_FAILED'),
    message: line,
    ...(showsStack && isError && { stack: stackOf(error) }),
  }
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

function stackOf(error: Error): string {
  const lines: string[] = []
  for (let one: unknown = error; one instanceof Error && lines.length < 8; one = one.cause) {
    lines.push(one.stack ?? String(one))
  }
  return lines.join('\nCaused by: ')
}

/** `error: unknown option '--prot'\n(Did you mean --port?)`, in our form. */
function fromCommander({ code, message }: CommanderError): CommandError {
  const [first = '', ...more] = message.split('\n')
  const text = first.replace(/^error: /, '').replace(/\.$/, '')
  const hint = more
    .join(' ')
    .trim()
    .replace(/^\((.*)\)$/, '$1')
  if (hint !== '') return usageError(`${text}.`, hint)
  const isUnknown = code === 'commander.unknownCommand'
  return usageError(`${text}.`, isUnknown ? 'conc --help lists the commands.' : undefined)
}
