import { channels } from '@conc/core'
import type { LogRecord } from '@conc/distributed'
import { logRecord } from '../terminal/log-record.js'
import type { Terminal } from '../terminal/terminal.js'

/**
 * Logs what happens to a pool of this process, and what its tasks say, also in pools and on threads of theirs.
 *
 * @param pool what the pool is called in here.
 * @param name what it is called outside, which may be known only later.
 */
export function logPool(terminal: Terminal, pool: string, name: () => string): void {
  channels.log.subscribe((message) => {
    const record = message as LogRecord
    logRecord(terminal, record.pool === pool ? { ...record, pool: name() } : record)
  })
}
