import { Conditions, type Lifecycle, queueFull } from '@conc/core/internal'
import type { Coordinator } from '../../coordinator/coordinator.js'
import { PoolDepthError } from '../../errors.js'
import type { PoolSettings } from '../options/pool-settings.js'
import type { Fleet } from '../workers/fleet.js'

/** What decides whether a pool takes one more call. */
export interface AdmissionInit {
  readonly settings: PoolSettings
  /** Pools around its workers. */
  readonly depth: number
  readonly coordinator: Coordinator
  readonly fleet: Fleet
  readonly lifecycle: Lifecycle
}

/** Whether a pool takes one more call, and why not. */
export class Admission {
  readonly #init: AdmissionInit
  readonly #room = new Conditions()

  constructor(init: AdmissionInit) {
    this.#init = init
  }

  /** To be called when work has ended or moved on. */
  check(): void {
    this.#room.check()
  }

  get isFull(): boolean {
    return this.#queued >= this.#init.settings.queueLimit
  }

  /** Why no call is taken now. */
  refusal(): Error | undefined {
    return this.stateRefusal() ?? this.#fullRefusal()
  }

  /** Why none is taken at all. */
  stateRefusal(): Error | undefined {
    const { lifecycle, fleet } = this.#init
    if (!lifecycle.isOpen) return lifecycle.closedError()
    if (fleet.failure) return fleet.failure
    return fleet.state === 'idle' ? this.#depthRefusal() : undefined
  }

  /** Resolves when there is room for one more; rejects when there never will be, or with `signal.reason`. */
  async untilRoom(signal?: AbortSignal): Promise<void> {
    const { lifecycle } = this.#init
    await this.#until(
      () => !lifecycle.isOpen,
      () => this.hasRoom,
      signal,
    )
  }

  /** Resolves when one more could start at once, whatever may wait; in a drain too. */
  async untilFreeSlot(signal: AbortSignal): Promise<void> {
    const { lifecycle } = this.#init
    await this.#until(
      () => lifecycle.state === 'closed',
      () => this.#queued < 0,
      signal,
    )
  }

  async #until(
    isClosed: () => boolean,
    isTrue: () => boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    const { lifecycle, fleet } = this.#init
    const isOver = (): boolean => isClosed() || fleet.failure !== undefined
    await this.#room.until(() => isOver() || isTrue(), signal)
    if (isClosed()) throw lifecycle.closedError()
    if (fleet.failure) throw fleet.failure
  }

  /** Calls that wait for more than the slots that are free, or would be once all workers are ready. */
  get #queued(): number {
    const { coordinator, settings } = this.#init
    const { running, waiting } = coordinator
    return waiting - Math.max(settings.breadth * settings.concurrency - running, 0)
  }

  /** Whether one more can start, or where waiting is limited, can wait. */
  get hasRoom(): boolean {
    const { queueLimit } = this.#init.settings
    return queueLimit === Number.POSITIVE_INFINITY ? this.#queued < 0 : !this.isFull
  }

  #depthRefusal(): Error | undefined {
    const { depth, settings } = this.#init
    const { name: executor, maxPoolDepth } = settings
    if (depth <= maxPoolDepth) return undefined
    return new PoolDepthError(
      `Executor '${executor}' would be a pool inside of ${depth - 1} others; maxPoolDepth is ${maxPoolDepth}.`,
      { executor },
    )
  }

  #fullRefusal(): Error | undefined {
    if (!this.isFull) return undefined
    const { name: executor, queueLimit } = this.#init.settings
    return queueFull(executor, queueLimit)
  }
}
