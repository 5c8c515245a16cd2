import {
  type Channel,
  channel,
  type TracingChannel,
  tracingChannel,
} from 'node:diagnostics_channel'

/** What the tracing channel `conc:task` carries around each body. `result` and `error` are Node's. */
export interface TaskTrace {
  readonly id: string
  readonly name: string
  readonly executor: string
  readonly attempt: number
  result?: unknown
  error?: unknown
}

/** What the plain channels carry; each package says which types there are. `at` is `process.hrtime.bigint()`. */
export interface ChannelEvent {
  readonly type: string
  readonly executor: string
  readonly at: bigint
  readonly [detail: string]: unknown
}

/**
 * The `node:diagnostics_channel`s of conc, all there is for showing and exporting what runs.
 * Nothing is built or published while nobody listens.
 *
 * @example
 * channels.worker.subscribe((event) => console.log(event))
 */
export const channels: {
  readonly task: TracingChannel<unknown, TaskTrace>
  readonly worker: Channel<unknown, ChannelEvent>
  readonly pool: Channel<unknown, ChannelEvent>
  readonly session: Channel<unknown, ChannelEvent>
  readonly weave: Channel
  readonly log: Channel
} = Object.freeze({
  task: tracingChannel<unknown, TaskTrace>('conc:task'),
  worker: channel('conc:worker') as Channel<unknown, ChannelEvent>,
  pool: channel('conc:pool') as Channel<unknown, ChannelEvent>,
  session: channel('conc:session') as Channel<unknown, ChannelEvent>,
  weave: channel('conc:weave'),
  log: channel('conc:log'),
})
