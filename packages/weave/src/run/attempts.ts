import { PoisonTaskError, TaskTimeoutError, WorkerLostError } from '@conc/core'
import { delayBefore, mayRepeat } from '@conc/core/internal'
import { Bodies } from './bodies.js'
import { callHere } from './call-here.js'
import { blameThere, callThere } from './call-there.js'
import type { Hold } from './gate.js'
import type { Piece } from './piece.js'

/** Losses after which work counts as the cause of them. */
const poisonLimit = 3

/** Who waits for the attempts. */
export interface Receiver {
  fulfilled(value: unknown): void
  rejected(error: unknown): void
  /** No body runs any more, and the slots are free. Comes last. */
  left?(): void
}

/** One task or item that has more to it than a call: attempts, a time limit, an executor, somebody who watches. */
export class Attempts {
  readonly #piece: Piece
  readonly #receiver: Receiver
  readonly #bodies: Bodies
  /** `undefined` where nothing limits bodies, and while waiting for the next attempt. */
  #hold: Hold | undefined
  #losses = 0
  /** Attempts that threw or timed out: the next one is other work, under another key. */
  #failures = 0

  constructor(piece: Piece, receiver: Receiver, hold: Hold | undefined) {
    this.#piece = piece
    this.#receiver = receiver
    this.#hold = hold
    this.#bodies = new Bodies(piece.host, () => this.#left())
  }

  /**
   * Tells the receiver everything; never rejects.
   *
   * @param failed what the first attempt threw, where somebody else has made it.
   */
  async make(failed?: { readonly error: unknown }): Promise<void> {
    try {
      if (failed) await this.#beforeNext(1, failed.error)
      this.#receiver.fulfilled(await this.#value(failed ? 2 : 1))
    } catch (error) {
      this.#receiver.rejected(error)
    }
    this.#bodies.over()
  }

  async #value(first: number): Promise<unknown> {
    for (let number = first; ; number++) {
      try {
        return await this.#attempt(number)
      } catch (error) {
        await this.#beforeNext(number, error)
      }
    }
  }

  #attempt(number: number): unknown {
    const { host, route, index, deps } = this.#piece
    const { attempts } = host.ledger
    if (number > (attempts.get(route.task) ?? 1)) attempts.set(route.task, number)
    host.observer?.start(route.task, index, number, route.runsOn, deps)
    if (route.executor === undefined) return callHere(this.#piece, number, this.#bodies, this.#hold)
    return callThere(this.#piece, route.executor, number, this.#key(), this.#bodies, this.#hold)
  }

  /** Returns when another attempt is due. @throws `error` where there is none. */
  async #beforeNext(number: number, error: unknown): Promise<void> {
    const { host, route, index } = this.#piece
    const { observer } = host
    const { cancellation } = this.#piece
    const { retry, options, isIdempotent } = route
    const mayRunTwice = isIdempotent || options.idempotencyKey !== undefined
    const blame = (one: unknown): 'body' | 'infrastructure' => this.#blame(one)
    if (blame(error) === 'body') this.#failures++
    const isLoss = error instanceof WorkerLostError && error.started !== false
    if (isLoss && blame(error) === 'infrastructure') this.#losses++
    if (!mayRepeat(error, number, { retry, cancellation, mayRunTwice, blame })) throw error
    if (this.#losses >= poisonLimit) throw this.#poisoned(error)
    const inMs = delayBefore(number, { retry })
    observer?.retry(route.task, index, number, error, inMs)
    await this.#pause(inMs)
  }

  /** Waits without the slots, unless a body that was given up still runs on them. */
  async #pause(ms: number): Promise<void> {
    const { host, pace, route, cancellation } = this.#piece
    if (ms <= 0 && pace === undefined) return
    const isGivenUp = this.#hold !== undefined && this.#bodies.areIdle
    if (isGivenUp) this.#letGo()
    if (ms > 0) await new Promise<void>((resolve) => void host.alarms.set(ms, resolve))
    if (pace) await new Promise<void>((resolve) => pace.turn(resolve))
    if (isGivenUp) this.#hold = await host.gate?.hold(route.options.priority)
    pace?.started()
    // A mapped task may have failed meanwhile in a run that goes on.
    if (cancellation.isCancelled) throw cancellation.reason
  }

  #left(): void {
    this.#letGo()
    this.#receiver.left?.()
  }

  #letGo(): void {
    this.#hold?.end()
    this.#hold = undefined
  }

  #key(): string | undefined {
    const key = this.#piece.idempotencyKey()
    return key === undefined || this.#failures === 0 ? key : `${key}#${this.#failures + 1}`
  }

  #blame(error: unknown): 'body' | 'infrastructure' {
    const { executor } = this.#piece.route
    // An attempt that was too slow is like one that threw.
    if (executor === undefined || error instanceof TaskTimeoutError) return 'body'
    return blameThere(error)
  }

  #poisoned(cause: unknown): PoisonTaskError {
    const { taskName: task, route } = this.#piece
    return new PoisonTaskError(
      `Task '${task}' lost its worker ${poisonLimit} times and is not run again.`,
      { task, executor: route.executor?.name, started: true, cause },
    )
  }
}
