import type { Executor } from '../executor.js'
import { streamFrom, submitTo } from '../internal/calls/forwarding.js'
import { checkWaitOptions } from '../internal/checks/option-checks.js'
import type { Entered } from '../internal/line/entered.js'
import { LineExecutor } from '../internal/line/line-executor.js'
import type { Producer } from '../internal/running/stream-call.js'
import { listenTo, stopListening } from '../internal/signals.js'

/** A line in front of other executors. They belong to whoever made them: closing this one leaves them open. */
export abstract class ForwardingExecutor extends LineExecutor {
  /** Submits one attempt there. Settles when the body has ended, as far as that executor tells. */
  protected submitTo(inner: Executor, entered: Entered): Promise<unknown> {
    return submitTo(inner, entered)
  }

  /**
   * Waits for something behind this executor until it is closed; what it waits for is then given up.
   * Rejects with `signal.reason` when given up before.
   */
  protected whileOpen(
    options: { readonly signal?: AbortSignal },
    wait: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    checkWaitOptions(options)
    return this.#raceClosing(options.signal, wait)
  }

  async #raceClosing(
    signal: AbortSignal | undefined,
    wait: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    signal?.throwIfAborted()
    const givenUp = new AbortController()
    const follower = { aborted: (reason: unknown) => givenUp.abort(reason) }
    if (signal) listenTo(signal, follower)
    try {
      await Promise.race([this.closing(givenUp.signal), wait(givenUp.signal)])
    } finally {
      if (signal) stopListening(signal, follower)
      givenUp.abort()
    }
  }

  /** Starts a stream there. */
  protected streamFrom<Y>(inner: Executor, entered: Entered, ended: () => void): Producer<Y> {
    return streamFrom<Y>(inner, entered, ended)
  }
}
