import type { Line } from '@conc/core/internal'
import type { Ending } from './call-request.js'
import { neverBegan, parentsEnd } from './endings.js'
import type { Fault } from './fault.js'
import type { PoisonRecord } from './poison.js'
import type { PoolCall } from './pool-call.js'
import type { Seat } from './seat.js'

/** How a worker was lost. */
export interface Loss {
  /** Whether one of the bodies may have ended it; default `true`. */
  readonly isTheirDoing?: boolean
  /** Whether everything that it said was heard; default `true`. Else whatever was sent there may have begun. */
  readonly hasSaidAll?: boolean
}

/** The coordinator, for the calls of a worker that is gone. */
export interface LossHome {
  readonly name: string
  readonly line: Line
  cancel(call: PoolCall, reason: Fault): void
  /** Back to its place in line. */
  rejoin(call: PoolCall): void
  settle(call: PoolCall, ending: Ending): void
}

/** What becomes of the calls of a worker that is gone: those that had begun are lost, the others wait again. */
export class WorkerLoss {
  readonly #home: LossHome
  readonly #poison: PoisonRecord

  constructor(home: LossHome, poison: PoisonRecord) {
    this.#home = home
    this.#poison = poison
  }

  /** @returns the calls whose bodies are lost. */
  endCalls(
    seat: Seat,
    faultOf: (call: PoolCall) => Fault,
    { isTheirDoing = true, hasSaidAll = true }: Loss,
  ): PoolCall[] {
    const calls = seat.calls.values()
    seat.calls.clear()
    const mayHaveBegun = (call: PoolCall): boolean => call.hasBody || !hasSaidAll
    const begun = calls.filter(mayHaveBegun)
    // What only waits for its own calls does nothing.
    const atWork = begun.filter((call) => call.hasBody && call.holdsSlot)
    if (isTheirDoing) this.#poison.died(atWork.map(({ request }) => request))
    for (const call of calls.reverse()) if (!mayHaveBegun(call)) this.#putBack(call)
    for (const call of begun) this.#lose(call, faultOf(call))
    for (; seat.running > 0; seat.running--) this.#home.line.release()
    return begun
  }

  /** It was on its way to a body. */
  #putBack(call: PoolCall): void {
    call.holdsSlot = false
    if (call.cancelled) this.#home.settle(call, neverBegan(call.cancelled))
    else this.#home.rejoin(call)
  }

  #lose(call: PoolCall, fault: Fault): void {
    call.holdsSlot = false
    for (const child of call.children?.values() ?? []) {
      this.#home.cancel(child, parentsEnd(child, this.#home.name))
    }
    const started = call.hasBody || 'unknown'
    this.#home.settle(call, { ok: false, phase: 'infra', started, fault })
  }
}
