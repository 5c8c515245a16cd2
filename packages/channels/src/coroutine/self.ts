import { checkPause, polledSignal, processState } from '@conc/core/internal/base'
import type { LinkedChannel } from '../channel/channel.js'
import { ChannelTimeoutError } from '../errors.js'
import { LinkedEnd } from '../linked/linked-end.js'
import { blockUntil } from '../linked/sync-wait.js'

/** The thread's end of the channel of a coroutine. `In`: what it gets; `Out`: what it puts. */
export interface Self<In, Out> extends LinkedChannel<Out, In> {
  /**
   * Aborts when the channel is closed from outside, with the `ChannelClosedError`, or with the reason of a cancel. `aborted` and
   * `throwIfAborted()` look for that, so that a loop that never waits can poll them.
   */
  readonly signal: AbortSignal
}

/** The one coroutine of this thread. */
export const selfHolder: { current: SelfEnd | undefined } = processState('channels.self', () => ({
  current: undefined,
}))

/**
 * The end that the coroutine running in this thread has of its channel; `undefined` outside of one.
 *
 * @example
 * const count = coroutine('count', async (n: number) => {
 *   for (let i = 0; i < n; i++) await self<never, number>()?.put(i)
 * })
 */
export function self<In = unknown, Out = unknown>(): Self<In, Out> | undefined {
  return selfHolder.current as Self<In, Out> | undefined
}

/**
 * Blocks this thread for `ms` milliseconds. Ends early when the channel of its coroutine is closed.
 *
 * @param ms at least 0.
 * @throws {InvalidOptionError}
 * @example
 * while (self()?.alive()) sleepSync(10)
 */
export function sleepSync(ms: number): void {
  checkPause('ms', ms)
  const end = selfHolder.current
  const isOver = (): true | undefined => (end === undefined || end.alive() ? undefined : true)
  try {
    blockUntil(end ? [end] : [], isOver, { timeoutMs: ms })
  } catch (error) {
    if (!(error instanceof ChannelTimeoutError)) throw error
  }
}

export class SelfEnd extends LinkedEnd<unknown, unknown> implements Self<unknown, unknown> {
  /** Why the other side wants no more; set when this end has seen it. */
  cancelled: { readonly why: () => unknown } | undefined
  #abort: AbortController | undefined
  #whenEnded: (() => void) | undefined
  #isDelivered = false

  override get isPortable(): boolean {
    return false
  }

  get signal(): AbortSignal {
    this.#abort ??= this.#aborting()
    return this.#abort.signal
  }

  #aborting(): AbortController {
    const controller = new AbortController()
    if (this.cancelled) controller.abort(this.cancelled.why())
    polledSignal(controller.signal, () => this.sync())
    return controller
  }

  /** Whether all that was put has been sent, and the end. */
  get isDelivered(): boolean {
    return this.#isDelivered
  }

  delivered(): Promise<void> {
    if (this.#isDelivered) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenEnded = resolve
    })
  }

  protected override peerClosed(why: () => unknown): void {
    this.cancelled = { why }
    this.#abort?.abort(why())
  }

  protected override get leavesPort(): boolean {
    return true
  }

  override ended(): void {
    super.ended()
    this.#isDelivered = true
    this.#whenEnded?.()
  }
}
