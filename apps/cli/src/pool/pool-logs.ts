import { channels } from '@conc/core'
import type { LogRecord } from '@conc/distributed'
import type { LogLine, Terminal } from '../terminal/terminal.js'
import { plain } from '../terminal/text-width.js'

/** Logs what happens to a pool of this process, and what its tasks say. @param name of the pool, which may be known only later. */
export function logPool(terminal: Terminal, name: () => string): void {
  channels.log.subscribe((message) => {
    const record = message as LogRecord
    const { level, worker, message: text } = record
    const fields = fieldsOf(record)
    terminal.log({
      level,
      message: plain(record.task === undefined ? text : `${record.task}: ${text}`),
      pool: name(),
      ...(worker !== undefined && { worker }),
      ...(fields && { fields }),
    })
  })
}

function fieldsOf({ taskId, logger, fields }: LogRecord): LogLine['fields'] | undefined {
  const all = {
    ...fields,
    ...(taskId !== undefined && { id: taskId }),
    ...(logger !== undefined && { from: logger }),
  }
  return Object.keys(all).length === 0 ? undefined : all
}
