import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { channels, type Executor } from '@conc/core'
import type { LogRecord } from '@conc/distributed'
import type { WeaveEvent } from '@conc/weave'
import type { ConnectionValues } from '../options/connection-options.js'
import { inputValues } from '../options/input-values.js'
import { CommandError, usageError } from '../program/command-error.js'
import type { CommandCall } from '../program/command-spec.js'
import { exitCode } from '../program/exit-code.js'
import { Interruption } from '../program/interruption.js'
import { keepStdout } from '../terminal/keep-stdout.js'
import type { Terminal } from '../terminal/terminal.js'
import { printValue, valueJson } from '../terminal/value-text.js'
import { type AnyWeave, loadWeave } from './load-weave.js'
import type { Where } from './parse-where.js'
import { type Ending, settleWeave } from './settle-weave.js'
import { type RunWatch, watchRun } from './watch-run.js'
import { executorAt } from './where.js'

interface RunValues extends ConnectionValues {
  readonly input?: readonly (readonly [string, string])[]
  readonly inputsFile?: string
  readonly on?: Where
  readonly only?: readonly string[]
  readonly concurrency?: number
  readonly timeout?: number
  readonly report?: string
  readonly debug?: boolean
}

export async function run(call: CommandCall<RunValues>): Promise<number> {
  const { args, options, terminal } = call
  const inputs = inputValues(options)
  const watch = new Printing(terminal)
  keepStdout((text) => watch.print(text))
  channels.log.subscribe((record) => {
    const { logger, message } = record as LogRecord
    if (logger === 'console') watch.print(`${message}\n`)
  })
  const weave = await loadWeave(args[0] as string)
  const executor = await executorAt(options.on ?? { kind: 'inline' }, options, terminal)
  try {
    return await runOn(call, { weave, inputs, executor, watch })
  } finally {
    await executor?.close({ pending: 'reject' })
  }
}

interface Prepared {
  readonly weave: AnyWeave
  readonly inputs: Record<string, unknown>
  readonly executor: Executor | undefined
  readonly watch: Printing
}

async function runOn(
  { args, options, terminal }: CommandCall<RunValues>,
  { weave, inputs, executor, watch }: Prepared,
): Promise<number> {
  using interruption = new Interruption()
  const { signal } = interruption
  const { only, concurrency, timeout: timeoutMs, report } = options
  const debug = options.debug && { write: (text: string) => watch.print(`${text}\n`) }
  const events = watch.begin()
  let ending: Ending
  try {
    const settings = { inputs, signal, executor, only, concurrency, timeoutMs, debug }
    ending = await settleWeave(weave, settings)
  } catch (error) {
    if (!signal.aborted) throw error
    ending = { error, isOutOfTime: false }
  } finally {
    watch.end()
  }
  if (report !== undefined) await writeReport(events, report, args[0] as string)
  return interruption.exitCode ?? tell(terminal, ending, timeoutMs)
}

/** What bodies print goes around the progress, wherever that is just now. */
class Printing {
  readonly #terminal: Terminal
  #watch: RunWatch | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  print(text: string): void {
    if (this.#watch) this.#watch.print(text)
    else this.#terminal.err.write(text)
  }

  begin(): readonly WeaveEvent[] {
    this.#watch = watchRun(this.#terminal)
    return this.#watch.events
  }

  end(): void {
    this.#watch?.end()
    this.#watch = undefined
  }
}

function tell(terminal: Terminal, { settled, error, isOutOfTime }: Ending, ms?: number): number {
  if (isOutOfTime) {
    const message = `the weave did not end within ${ms} ms.`
    throw new CommandError(message, { code: exitCode.timedOut, cause: error })
  }
  if (!settled?.ok) throw taskFailure(settled?.failed[0], error)
  if (terminal.isJson) {
    const { values, timings } = settled
    terminal.print(valueJson({ type: 'result', value: values, timings }) ?? '')
  } else printValue(terminal, settled.values)
  return exitCode.done
}

function taskFailure(task: string | undefined, error: unknown): CommandError {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const message = task === undefined ? what : `task '${task}' failed: ${what}`
  return new CommandError(message, { code: exitCode.failed, cause: error })
}

async function writeReport(
  events: readonly WeaveEvent[],
  path: string,
  target: string,
): Promise<void> {
  const { report } = await import('@conc/weave/report')
  const html = report(events, { title: basename(target) }).html()
  try {
    await writeFile(path, html)
  } catch (error) {
    throw usageError(`--report cannot write ${path}: ${(error as NodeJS.ErrnoException).code}.`)
  }
}
