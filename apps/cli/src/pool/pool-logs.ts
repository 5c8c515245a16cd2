import { channels } from '@conc/core'
import type { LogRecord } from '@conc/distributed'
import { logRecord } from '../terminal/log-record.js'
import type { Terminal } from '../terminal/terminal.js'

/** Logs what happens to a pool of this process, and what its tasks say. @param name of the pool, which may be known only later. */
export function logPool(terminal: Terminal, name: () => string): void {
  channels.log.subscribe((message) => {
    logRecord(terminal, { ...(message as LogRecord), pool: name() })
  })
}
