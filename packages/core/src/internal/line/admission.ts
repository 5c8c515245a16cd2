import type { Executor } from '../../executor.js'
import { queueFull, refuseClosure } from '../checks/refusals.js'
import { currentFrame, slotAround } from '../running/frame.js'
import type { AcceptedWork } from './accepted-work.js'
import { Conditions } from './conditions.js'
import type { Lifecycle } from './lifecycle.js'

/** What an executor lets in: nothing once it closes, but for what its live tasks need, and no more than may wait. */
export class Admission {
  readonly #executor: Executor
  readonly #work: AcceptedWork
  readonly #lifecycle: Lifecycle
  readonly #changes = new Conditions()

  constructor(executor: Executor, work: AcceptedWork, lifecycle: Lifecycle) {
    this.#executor = executor
    this.#work = work
    this.#lifecycle = lifecycle
  }

  /** Why a call is not let in; `undefined`: it is. */
  refusal(work: unknown): Error | undefined {
    const { name, capabilities } = this.#executor
    if (!this.#lifecycle.isOpen && !this.#isNeededToDrain) return this.#lifecycle.closedError()
    if (!capabilities.closures) {
      const refusal = refuseClosure(name, work)
      if (refusal) return refusal
    }
    // What has the slot of the task around at once needs no room.
    if (!this.#work.isFull || slotAround(this.#work.line)?.isLendable) return undefined
    return queueFull(name, this.#executor.load.queueLimit)
  }

  /** Resolves when one more call would find room. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    const slot = slotAround(this.#work.line)
    const hasRoom = (): boolean => this.#work.hasRoom || (slot?.isLendable ?? false)
    await this.#changes.until(() => !this.#lifecycle.isOpen || hasRoom(), signal)
    if (!this.#lifecycle.isOpen) throw this.#lifecycle.closedError()
  }

  /** Rejects when the executor is closed, or with `signal.reason`. */
  async closing(signal: AbortSignal): Promise<never> {
    await this.#changes.until(() => !this.#lifecycle.isOpen, signal)
    throw this.#lifecycle.closedError()
  }

  /** To be called when there may be room, and when the executor closes. */
  check(): void {
    this.#changes.check()
  }

  /** While draining, what a live task here needs to finish is still taken. */
  get #isNeededToDrain(): boolean {
    const frame = currentFrame()
    if (this.#lifecycle.state !== 'draining' || !frame?.task) return false
    return frame.executor === this.#executor || slotAround(this.#work.line, frame) !== undefined
  }
}
