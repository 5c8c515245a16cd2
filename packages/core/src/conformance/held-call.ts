import type { Executor, SubmitOptions } from '../executor.js'
import { brief } from './expectations.js'
import type { Gate } from './gate.js'
import type { Harness } from './harness.js'
import { hold, type OnAbort, type ReasonText } from './tasks.js'

export interface HoldOptions extends SubmitOptions {
  /** What the body does when its signal aborts. Default `'throw'`. */
  readonly onAbort?: OnAbort
}

/** One call whose body waits at the gate. */
export class HeldCall {
  readonly id: string
  readonly promise: Promise<string>
  readonly #harness: Harness
  readonly #gate: Gate

  constructor(harness: Harness, executor: Executor, id: string, options: HoldOptions = {}) {
    const { onAbort = 'throw', ...submitOptions } = options
    this.id = id
    this.#harness = harness
    this.#gate = harness.gate
    const args = [harness.gate.port, id, onAbort] as [number, string, OnAbort]
    const made = harness.call(() => executor.submit(hold, args, submitOptions), `submit of '${id}'`)
    this.promise = made as Promise<string>
    this.promise.then(undefined, () => {})
  }

  /** Waits for the body's start; fails as soon as the call rejects without one. */
  async started(): Promise<void> {
    const refused = this.promise.then(
      () => this.#gate.seen(this.id, 'started'),
      (error: unknown) =>
        this.#gate.has(this.id, 'started') ? undefined : { refused: brief(error) },
    )
    const first = await this.#harness.fulfils(
      Promise.race([this.#gate.seen(this.id, 'started'), refused]),
      `the start of '${this.id}'`,
    )
    if (first && 'refused' in first) {
      this.#harness.fail(`'${this.id}' rejected before it started: ${first.refused}.`)
    }
  }

  get hasStarted(): boolean {
    return this.#gate.has(this.id, 'started')
  }

  get hasEnded(): boolean {
    return this.#gate.has(this.id, 'ended')
  }

  /** Waits until the body's signal has aborted. @returns the reason as the body saw it */
  async aborted(): Promise<ReasonText> {
    const { data } = await this.#harness.fulfils(
      this.#gate.seen(this.id, 'aborted'),
      `the abort of the signal in the body of '${this.id}'`,
    )
    return data as ReasonText
  }

  async ended(): Promise<void> {
    await this.#harness.fulfils(this.#gate.seen(this.id, 'ended'), `the end of '${this.id}'`)
  }

  release(): void {
    this.#gate.release(this.id)
  }

  /** Lets the body go and waits for its value. */
  async finish(): Promise<void> {
    this.release()
    const value = await this.#harness.fulfils(this.promise, `'${this.id}'`)
    this.#harness.same(value, this.id, `the result of '${this.id}'`)
  }
}
