import { InvalidOptionError, isTask, type Task } from '@conc/core'
import { checkFunction, checkObject, checkOneOf, checkPause } from '@conc/core/internal'
import type { Row } from '../builder/rows.js'
import type { SettledResult } from '../result/settled-result.js'
import { type AnyRunOptions, checkRunOptions, type RunOptions } from '../run/run-options.js'
import { WeaveNotPortableError } from './background-errors.js'
import type { BackgroundReport } from './background-report.js'

/** This event loop, a new worker thread, a child process, or a process in a session of its own. */
export type Where = 'here' | 'thread' | 'process' | 'detached'

/** Options of a background run: those of `run`, and where. */
export type BackgroundOptions<P extends Row = Row> = RunOptions<P> & {
  /** Milliseconds from a cancel to the end of a thread or process that ignores it. Default 1000, processes 5000. */
  readonly graceMs?: number
} & (
    | {
        /** Default `'here'`. */
        readonly where?: 'here' | 'thread' | 'process'
        /** Called once, however the run ends, before `done` settles; a promise it returns is waited for. */
        readonly onDone?: (result: SettledResult<P>) => unknown
      }
    | {
        /** A process of its own that outlives this one. */
        readonly where: 'detached'
        /** Called once, there, with the report: a declared task, because this process may be gone by then. */
        readonly onDone?: Task<[report: BackgroundReport], unknown>
        /** Where the run reports, as JSON. Default: a file in a new folder of the temp directory. */
        readonly resultFile?: string
        /** What the run prints. Default: beside the default of `resultFile`. */
        readonly logFile?: string
      }
  )

/** The options of a background run, apart. */
export interface Checked {
  readonly where: Where
  readonly graceMs: number
  readonly onDone: ((result: SettledResult) => unknown) | undefined
  readonly resultFile: string | undefined
  readonly logFile: string | undefined
  readonly run: AnyRunOptions
}

/** @throws {InvalidOptionError} @throws {WeaveNotPortableError} `onDone` of a detached run is no declared task. */
export function checkedBackground(options: unknown): Checked {
  checkObject('options', options)
  const {
    where = 'here',
    graceMs,
    onDone,
    resultFile,
    logFile,
    ...run
  } = options as Partial<Checked>
  checkOneOf('where', where, ['here', 'thread', 'process', 'detached'])
  if (graceMs !== undefined) checkPause('graceMs', graceMs)
  if (onDone !== undefined) checkFunction('onDone', onDone)
  checkFile('resultFile', resultFile, where)
  checkFile('logFile', logFile, where)
  checkRunOptions(run)
  if (where === 'detached' && onDone !== undefined && !isTask(onDone)) throw undeclared()
  return {
    where,
    graceMs: graceMs ?? (where === 'thread' ? 1000 : 5000),
    onDone,
    resultFile,
    logFile,
    run,
  }
}

function checkFile(option: string, value: unknown, where: Where): void {
  if (value === undefined) return
  if (where !== 'detached') {
    throw new InvalidOptionError(option, "left out unless `where` is 'detached'", value)
  }
  if (typeof value !== 'string' || value === '')
    throw new InvalidOptionError(option, 'a path', value)
}

function undeclared(): WeaveNotPortableError {
  return new WeaveNotPortableError(
    "onDone of a detached run is called in the process of the run, so it has to be a declared task: task('…', fn) from @conc/core.",
    { option: 'onDone' },
  )
}
