import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidOptionError } from '@conc/core'
import { isShown, levelHere, originHere, type RecordLevel, sayHere } from '@conc/core/internal'

type Say = (message: string, fields?: Readonly<Record<string, unknown>>) => void

/** Writes log records. What is not wanted costs a comparison. */
export interface Logger {
  readonly error: Say
  readonly warn: Say
  readonly info: Say
  readonly debug: Say
}

/**
 * A logger. In a task of a pool its records go to the pool (`onLog`, the channel `conc:log`, `printLogs`), and to the session that has called
 * the task, if that asked for them; each has the task, its id, the worker and the process. Those of a thread go
 * where those of the code go that submitted its task. Elsewhere they go to the channel `conc:log` of this process.
 *
 * @param name stands in each record as `logger`. Default: none.
 * @example
 * export const resize = task('images/resize', async (path: string) => {
 *   logger('images').info('resizing', { path })
 * })
 */
export function logger(name?: string): Logger {
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new InvalidOptionError('name', 'a non-empty string', name)
  }
  const said = (level: RecordLevel): Say => {
    const say: Say = (message, fields) =>
      tell(level, String(message), { name, fields, callee: say })
    return say
  }
  return { error: said('error'), warn: said('warn'), info: said('info'), debug: said('debug') }
}

interface Saying {
  readonly name: string | undefined
  readonly fields: Readonly<Record<string, unknown>> | undefined
  /** What was called: where that was is `src`. */
  readonly callee: Say
}

function tell(level: RecordLevel, message: string, { name, fields, callee }: Saying): void {
  const limit = levelHere()
  if (!isShown(level, limit)) return
  const src = limit === 'debug' ? callerOf(callee) : undefined
  sayHere({
    ...originHere(),
    ts: Date.now(),
    level,
    message,
    ...(fields && { fields }),
    ...(name !== undefined && { logger: name }),
    ...(src !== undefined && { src }),
  })
}

/** File and line of whoever called `callee`; as text, so that source maps apply. */
function callerOf(callee: Say): string | undefined {
  const { stackTraceLimit } = Error
  const holder: { stack?: string } = {}
  Error.stackTraceLimit = 1
  Error.captureStackTrace(holder, callee)
  Error.stackTraceLimit = stackTraceLimit
  const found = /\(?([^\s()]+):(\d+):\d+\)?$/.exec(holder.stack ?? '')
  if (found === null) return undefined
  const [, file = '', line] = found
  return `${shortPath(file)}:${line}`
}

function shortPath(file: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  const inside = relative(process.cwd(), path)
  return inside.startsWith(`..${sep}`) ? path : inside
}
