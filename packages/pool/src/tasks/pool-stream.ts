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
  return new TaskStream<unknown>({
    accept: () => {
      const refusal = state.refusal(state.mayBorrow)
      if (refusal === undefined) return new Call(state.name, work, options)
      endNow(options)
      throw refusal
    },
    open: (call, attempt): Promise<Producer<unknown>> =>
      new StreamJob(state, call, attempt, work, args).open(),
    ended: () => endNow(options),
  })
}

/** Tells the executor in front, if it asked, that the body is over. */
export function endNow(options: ForwardedOptions | undefined): void {
  options?.[onBodyEnd]?.()
}
