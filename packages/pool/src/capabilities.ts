import type { Capabilities, Executor } from '@conc/core'

const inProcess: Capabilities = Object.freeze({
  closures: true,
  streaming: true,
  durable: false,
  transfer: false,
  cancel: 'cooperative',
  delivery: 'at-most-once',
  values: 'identity',
  priority: false,
})

/** What a pool can do: as the executor behind it, but closures always run, and the line is first in, first out. */
export function capabilitiesOf(executor: Executor | undefined): Capabilities {
  if (executor === undefined) return inProcess
  return { ...executor.capabilities, closures: true, priority: false }
}
