import type { Channel } from 'node:diagnostics_channel'
import { type ChannelEvent, channels, type TaskTrace } from '../../diagnostics.js'

/** Publishes an event that is only built where somebody listens. */
export function publish(
  to: Channel<unknown, ChannelEvent>,
  type: string,
  executor: string,
  details: () => Record<string, unknown>,
): void {
  if (!to.hasSubscribers) return
  to.publish({ type, executor, at: process.hrtime.bigint(), ...details() })
}

/** Whether anybody follows the bodies of tasks. */
export function isTraced(): boolean {
  return channels.task.hasSubscribers
}

/** Runs a body inside the tracing channel `conc:task`; a bare call where nobody listens. */
export function traced<T>(describe: () => TaskTrace, body: () => Promise<T>): Promise<T> {
  if (!isTraced()) return body()
  return channels.task.tracePromise(body, describe())
}
