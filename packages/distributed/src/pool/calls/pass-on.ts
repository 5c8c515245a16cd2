import type { Ending } from '../../coordinator/call-request.js'
import { warnOfForgotten } from '../../locks/forgotten.js'
import type { LockHost } from '../../locks/lock-host.js'
import type { PoolLog } from '../../logs/pool-log.js'

/** What a call that is over has held goes to the next. Whoever is lost with its worker has not forgotten it. */
export function passOn(
  locks: LockHost,
  { task, taskId }: { readonly task: string; readonly taskId: string },
  ending: Ending,
  log: PoolLog,
): void {
  const names = locks.ownerGone(taskId)
  if (!ending.ok && ending.phase !== 'body') return
  if (!log.wants('warn')) warnOfForgotten(names, task)
  for (const name of names) {
    log.warn(`forgotten ${name}`, `ended and had not released '${name}'`, { task, taskId })
  }
}
