import type { Call } from '../calls/call.js'
import { type Settling, settle } from '../running/settle.js'
import type { Entered } from './entered.js'

const alreadyResolved = Promise.resolve()

/** Where the bodies of told calls run. */
export interface BeginningHost {
  /** A promise, or what a body without one gave. May throw as the body does. */
  run(entered: Entered): unknown
  failed(entered: Entered, error: unknown): void
  /** The body is over, or never began. */
  over(call: Call): void
}

/** Calls that have a slot and begin together, at the end of what their maker is doing. */
export class Beginnings {
  readonly #host: BeginningHost
  #waiting: Entered[] = []

  constructor(host: BeginningHost) {
    this.#host = host
  }

  add(entered: Entered): void {
    if (this.#waiting.push(entered) === 1) void alreadyResolved.then(this.#beginAll)
  }

  readonly #beginAll = (): void => {
    const all = this.#waiting
    this.#waiting = []
    for (const entered of all) this.#begin(entered)
  }

  #begin(entered: Entered): void {
    const { call, slot } = entered
    if (call.isSettled) {
      slot.end()
      this.#host.over(call)
      return
    }
    call.isStarted = true
    settle(new Beginning(this.#host, entered))
  }
}

/** One of them, from its start to its end. */
class Beginning implements Settling {
  readonly #host: BeginningHost
  readonly #entered: Entered

  constructor(host: BeginningHost, entered: Entered) {
    this.#host = host
    this.#entered = entered
  }

  perform(): unknown {
    return this.#host.run(this.#entered)
  }

  succeeded(value: unknown): void {
    const { slot, call } = this.#entered
    slot.end()
    call.resolve(value)
    this.#host.over(call)
  }

  failed(error: unknown): void {
    const { slot, call } = this.#entered
    slot.end()
    this.#host.failed(this.#entered, error)
    call.reject(error)
    this.#host.over(call)
  }
}
