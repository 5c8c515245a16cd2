import type { Bytes } from '@conc/core/internal'
import type { SentCall } from '../calls/call-route.js'
import type { Coordinator } from '../coordinator/coordinator.js'
import type { Fault } from '../coordinator/fault.js'
import type { PoolCall } from '../coordinator/pool-call.js'

/** A call of this process at its own coordinator. */
export class OwnCall implements SentCall {
  readonly #coordinator: Coordinator
  readonly #call: PoolCall

  constructor(coordinator: Coordinator, call: PoolCall) {
    this.#coordinator = coordinator
    this.#call = call
  }

  get isStarted(): boolean {
    return this.#call.startedAt > 0
  }

  cancel(reason: Fault): void {
    this.#coordinator.cancel(this.#call, reason)
  }

  tell(type: number, body?: Bytes): void {
    this.#coordinator.tell(this.#call, { type, body })
  }
}
