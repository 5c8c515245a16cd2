import { currentFrame } from '../running/frame.js'
import { logOutlet } from './log-outlet.js'
import type { LogRecord } from './log-record.js'

/** What every record from here has. */
export function originHere(): Pick<LogRecord, 'pool' | 'pid' | 'worker' | 'task' | 'taskId'> {
  const running = currentFrame()?.task
  const { origin } = logOutlet()
  return {
    pool: origin?.pool ?? running?.executor ?? '',
    pid: process.pid,
    ...(origin && { worker: origin.worker }),
    ...(running && { task: running.name, taskId: running.id }),
  }
}
