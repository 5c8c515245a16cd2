import type { Call } from '../calls/call.js'
import { settle } from '../running/settle.js'
import type { Entered } from './entered.js'

const alreadyResolved = Promise.resolve()

/** Where the bodies of told calls run. */
export interface BeginningHost {
  /** A promise, or what a body without one gave. May throw as the body does. */
  run(entered: Entered): unknown
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
    const { call } = entered
    if (call.isSettled) {
      this.#end(entered)
      return
    }
    call.isStarted = true
    settle(
      () => this.#host.run(entered),
      (value) => this.#succeed(entered, value),
      (error) => this.#fail(entered, error),
    )
  }

  #succeed(entered: Entered, value: unknown): void {
    entered.slot.end()
    entered.call.resolve(value)
    this.#host.over(entered.call)
  }

  #fail(entered: Entered, error: unknown): void {
    entered.slot.end()
    entered.call.reject(error)
    this.#host.over(entered.call)
  }

  #end({ slot, call }: Entered): void {
    slot.end()
    this.#host.over(call)
  }
}
