import type { Capabilities } from '@conc/core'

/** A thread with several tasks cannot be ended for the sake of one. */
export function capabilitiesOf({ tasksPerThread }: { tasksPerThread: number }): Capabilities {
  return Object.freeze({
    closures: false,
    streaming: true,
    durable: false,
    transfer: true,
    cancel: tasksPerThread > 1 ? 'cooperative' : 'forceful',
    delivery: 'at-most-once',
    values: 'structured-clone',
    priority: true,
  })
}
