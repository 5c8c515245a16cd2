import {
  Call,
  type Entered,
  type ForwardedOptions,
  onBodyEnd,
  type Producer,
  TaskStream,
} from '@conc/core/internal'
import type { PoolState } from '../state/pool-state.js'
import { StreamJob } from './stream-job.js'

/** A stream that stands in the pool's line at its first `next()`. */
export function poolStream(
  state: PoolState,
  work: Entered['work'],
  args: readonly unknown[],
  options: ForwardedOptions,
): AsyncGenerator<unknown, void, undefined> {
  const items: TaskStream<unknown> = new TaskStream<unknown>({
    accept: () => {
      const call = accept(state, work, options)
      state.streams.add(items)
      return call
    },
    open: (call, attempt): Promise<Producer<unknown>> =>
      new StreamJob(state, call, attempt, work, args).open(),
    ended: (call) => {
      call.cancellation.end()
      endNow(options)
      state.streams.delete(items)
      state.check()
    },
  })
  return items
}

function accept(state: PoolState, work: Entered['work'], options: ForwardedOptions): Call {
  const refusal = state.refusal(state.mayBorrow)
  if (refusal === undefined) return new Call(state.name, work, options)
  endNow(options)
  throw refusal
}

/** Tells the executor in front, if it asked, that the body is over. */
export function endNow(options: ForwardedOptions | undefined): void {
  options?.[onBodyEnd]?.()
}
