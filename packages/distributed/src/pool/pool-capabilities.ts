import type { Capabilities } from '@conc/core'

/** What every worker pool can do; `cancel` is an option. */
export function capabilitiesOf({ cancel }: Pick<Capabilities, 'cancel'>): Capabilities {
  return Object.freeze({
    closures: false,
    streaming: true,
    durable: false,
    transfer: false,
    cancel,
    delivery: 'at-most-once',
    values: 'wire',
    priority: true,
  })
}
