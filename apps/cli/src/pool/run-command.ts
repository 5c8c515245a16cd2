import { type SubmitOptions, type Task, task } from '@conc/core'
import { didYouMean } from '@conc/core/internal'
import type { Session } from '@conc/distributed'
import type { ConnectionValues } from '../options/connection-options.js'
import { parseJson, readFileOrStdin } from '../options/input-values.js'
import { CommandError, usageError } from '../program/command-error.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { Interruption } from '../program/interruption.js'
import { printValue, valueJson } from '../terminal/value-text.js'
import { withPoolSession } from './with-pool-session.js'

interface RunValues extends ConnectionValues {
  readonly argsFile?: string
  readonly timeout?: number
  readonly header?: readonly (readonly [string, string])[]
  readonly tag?: readonly string[]
  readonly priority?: number
  readonly idempotencyKey?: string
  readonly raw?: boolean
}

export function run(call: CommandCall<RunValues>): Promise<number> {
  const [name = ''] = call.args
  const args = argumentsOf(call)
  return withPoolSession(call, async (session) => {
    checkKnown(name, session)
    using interruption = new Interruption()
    const options = { ...submitOptions(call.options), signal: interruption.signal }
    try {
      await show(call, session, args, options)
      return exitCode.done
    } catch (error) {
      if (interruption.exitCode !== undefined) return interruption.exitCode
      throw failureOf(name, error, call.options)
    }
  })
}

function argumentsOf({ args, options }: CommandCall<RunValues>): readonly unknown[] {
  const [, ...texts] = args
  const { argsFile } = options
  if (argsFile === undefined) {
    return texts.map((text, at) => parseJson(text, `argument ${at + 1}`))
  }
  if (texts.length > 0) throw usageError('--args-file and arguments exclude each other.')
  const list = parseArguments(readFileOrStdin(argsFile, '--args-file'), argsFile)
  if (Array.isArray(list)) return list
  throw usageError(`--args-file expects a JSON array in ${argsFile}.`)
}

function parseArguments(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw usageError(`--args-file: ${path} is not JSON: ${(error as Error).message}.`)
  }
}

function submitOptions(values: RunValues): SubmitOptions {
  const { timeout, header, tag, priority, idempotencyKey } = values
  return {
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(header && { headers: Object.fromEntries(header) }),
    ...(tag && { tags: tag }),
    ...(priority !== undefined && { priority }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  }
}

/** @throws {CommandError} with the nearest names that the pool has. */
function checkKnown(name: string, { tasks }: Session): void {
  if (tasks.has(name) || name.startsWith('conc/')) return
  const names = [...tasks.keys()]
  const nearest = didYouMean(name, names)
  const some = names.slice(0, 10).join(', ')
  const known = names.length === 0 ? 'It has no tasks: conc pool up --module' : `It has ${some}.`
  throw new CommandError(`the pool has no task '${name}'.`, {
    remedy: nearest === undefined ? known : `Did you mean ${nearest}? ${known}`,
    code: exitCode.failed,
  })
}

async function show(
  { args: [name = ''], options: { raw }, terminal }: CommandCall<RunValues>,
  session: Session,
  args: readonly unknown[],
  options: SubmitOptions,
): Promise<void> {
  try {
    const result = await session.submit(taskElsewhere(name), args, options)
    if (raw && typeof result === 'string') terminal.print(result)
    else printValue(terminal, result)
  } catch (error) {
    if (!isStreamRefusal(error)) throw error
    for await (const item of session.stream(streamElsewhere(name), args, options)) {
      terminal.print(raw && typeof item === 'string' ? item : (valueJson(item) ?? ''))
    }
  }
}

/** A task by its name alone: its body is in the pool. */
function taskElsewhere(name: string): Task<readonly unknown[], unknown> {
  return task(name, (..._args: readonly unknown[]): unknown => undefined)
}

function streamElsewhere(name: string): Task<readonly unknown[], AsyncGenerator<unknown>> {
  return task(name, async function* (..._args: readonly unknown[]): AsyncGenerator<unknown> {})
}

/** The pool alone knows that a task gives a stream; it says so before its body begins. */
function isStreamRefusal(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string }
  return code === 'CONC_UNSUPPORTED_WORK' && /is a stream/.test(message ?? '')
}

function failureOf(name: string, error: unknown, { timeout }: RunValues): unknown {
  const { code } = (error ?? {}) as { code?: unknown }
  if (code === 'CONC_TASK_TIMEOUT' && timeout !== undefined) {
    const message = `'${name}' did not end within ${timeout} ms.`
    return new CommandError(message, { code: exitCode.timedOut, cause: error })
  }
  if (code === 'CONC_CONNECTION_LOST' || code === 'CONC_AUTHENTICATION') return error
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new CommandError(`'${name}' failed: ${what}`, { code: exitCode.failed, cause: error })
}
