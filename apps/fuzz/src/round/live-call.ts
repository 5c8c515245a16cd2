import { setTimeout } from 'node:timers/promises'
import type { Executor, SubmitOptions } from '@conc/core'
import type { CallPlan, Consumer } from '../plan/calls.js'
import type { Script } from '../plan/script.js'
import { give, giveOnce, type Item, type Played, play, playOnce } from '../tasks/play.js'

/** How a call came out. */
export type Outcome =
  | { readonly status: 'fulfilled'; readonly value: Played | undefined }
  | { readonly status: 'rejected'; readonly error: unknown }

/** One call or stream, from its submit to its settlement. */
export class LiveCall {
  readonly plan: CallPlan
  /** What its caller aborts it with. */
  readonly reason: Error
  readonly items: Item[] = []
  /** Resolves when it has settled. */
  readonly settled: Promise<void>
  outcome: Outcome | undefined
  /** When its caller gave it up, or its time was over, by `performance.now()`. */
  endedAt: number | undefined
  settledAt: number | undefined

  constructor(plan: CallPlan, executor: Executor) {
    this.plan = plan
    this.reason = new Error(`the caller of ${plan.script.id} gives up`)
    this.settled = this.#make(executor)
  }

  get isStream(): boolean {
    return this.plan.consumer !== undefined
  }

  async #make(executor: Executor): Promise<void> {
    const stop = new AbortController()
    const options = this.#options(stop.signal)
    try {
      const { consumer } = this.plan
      const value = consumer
        ? await this.#pull(executor, options, consumer)
        : await executor.submit(this.plan.isOnce ? playOnce : play, [this.#script()], options)
      this.outcome = { status: 'fulfilled', value }
    } catch (error) {
      this.outcome = { status: 'rejected', error }
    } finally {
      this.settledAt = performance.now()
      stop.abort()
    }
  }

  async #pull(executor: Executor, options: SubmitOptions, consumer: Consumer): Promise<undefined> {
    const work = this.plan.isOnce ? giveOnce : give
    for await (const item of executor.stream(work, [this.#script()], options)) {
      this.items.push(item)
      if (this.items.length >= consumer.leaveAfter) break
      if (consumer.pauseMs > 0) await setTimeout(consumer.pauseMs)
    }
  }

  #script(): Script {
    const { script, isBad } = this.plan
    return isBad ? { ...script, payload: () => 'cannot travel' } : script
  }

  #options(settled: AbortSignal): SubmitOptions {
    const { abortAfterMs, timeoutMs, retry, priority, tags, idempotencyKey } = this.plan
    const endsAfter = (ms: number) => this.#after(ms, settled)
    if (timeoutMs !== undefined) void endsAfter(timeoutMs)
    return {
      ...(abortAfterMs !== undefined && { signal: this.#abortAfter(abortAfterMs, settled) }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(retry > 0 && { retry }),
      ...(priority !== 0 && { priority }),
      ...(tags.length > 0 && { tags }),
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      onProgress: () => {},
    }
  }

  #abortAfter(ms: number, settled: AbortSignal): AbortSignal {
    const controller = new AbortController()
    void this.#after(ms, settled).then((isDue) => isDue && controller.abort(this.reason))
    return controller.signal
  }

  /** @returns whether the call had not settled by then. */
  async #after(ms: number, settled: AbortSignal): Promise<boolean> {
    try {
      await setTimeout(ms, undefined, { signal: settled })
      this.endedAt ??= performance.now()
      return true
    } catch {
      return false
    }
  }
}
