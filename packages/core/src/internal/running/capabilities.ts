import type { Capabilities, Executor } from '../../executor.js'
import { isDeclaredTask } from '../tasks/task-definition.js'

/** Of whatever runs work on this event loop. */
export const capabilitiesHere: Capabilities = Object.freeze({
  closures: true,
  streaming: true,
  durable: false,
  transfer: false,
  cancel: 'cooperative',
  delivery: 'at-most-once',
  values: 'identity',
  priority: false,
})

/** Of a pool: as the executor behind it, but closures always run, and the line is first in, first out. */
export function capabilitiesOfPool(executor: Executor | undefined): Capabilities {
  if (executor === undefined) return capabilitiesHere
  return { ...executor.capabilities, closures: true, priority: false }
}

/** Whether a pool leaves this work to the executor behind it; all else runs here. */
export function takes(executor: Executor | undefined, work: unknown): executor is Executor {
  return executor !== undefined && (executor.capabilities.closures || isDeclaredTask(work))
}
