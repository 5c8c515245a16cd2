import type { SubmitOptions, Work } from '../../executor.js'
import type { Slot } from '../line/slot.js'
import type { Cancellation } from './cancellation.js'

/** Says which attempt of the caller's own loop a submit is; `currentTask().attempt` shows it. */
export const attemptNumber: unique symbol = Symbol.for('conc.attempt') as never

/**
 * Called by executors that know it when the body of a submit has really ended, which after a cancel is later
 * than the promise's rejection. Only where the executor carries `reportsEnd`.
 */
export const onBodyEnd: unique symbol = Symbol.for('conc.onBodyEnd') as never
export const reportsEnd: unique symbol = Symbol.for('conc.reportsEnd') as never

/** Called when the body begins, with each attempt, by executors that know it before the outcome. */
export const onBodyStart: unique symbol = Symbol.for('conc.onBodyStart') as never

/**
 * The cancellation that a submit follows: what `signal` says, without the cost of one. For executors that carry
 * `reportsEnd`.
 */
export const follows: unique symbol = Symbol.for('conc.follows') as never

/**
 * Where nested calls of the body go, instead of the executor that runs it. For executors whose bodies hold no slot while
 * they wait for such calls; others ignore it.
 */
export const nestedHome: unique symbol = Symbol.for('conc.nestedHome') as never

export interface NestedHome {
  /** @returns the outcome, or `undefined` where the call is to run on the executor of the body after all. */
  submit(
    work: Work<readonly unknown[], unknown>,
    args: readonly unknown[],
    options: ForwardedOptions,
  ): Promise<unknown> | undefined
}

/**
 * Who made a call from outside, and answers for all that comes of it: the calls of its body, and theirs, find their way back
 * by that.
 */
export const rootOf: unique symbol = Symbol.for('conc.rootOf') as never

export interface CallRoot {
  /** A body below it has been given an id, by which it may be asked for. */
  named(id: string, body: LiveBody): void
}

/** A body that runs, as whoever asks for it by its id gets it. */
export interface LiveBody {
  readonly root: CallRoot | undefined
  /** The slots under it, as far as they are of this thread; innermost first. */
  readonly slots: readonly Slot[] | undefined
}

/**
 * Who makes a submit as one attempt of its own call, and has to know whose failure its end is. Told by executors that know it,
 * before the submit rejects, and forwarded with each attempt; of others, the class of an error is all there is.
 */
export const attemptOf: unique symbol = Symbol.for('conc.attemptOf') as never

export interface BodyFailures {
  /** The body threw `error`, be it the error of an executor that it called. */
  threw(error: unknown): void
}

/** Options of one executor to another. */
export interface ForwardedOptions extends SubmitOptions {
  readonly [attemptNumber]?: number
  readonly [onBodyStart]?: () => void
  readonly [onBodyEnd]?: () => void
  readonly [follows]?: Cancellation
  readonly [nestedHome]?: NestedHome | undefined
  readonly [rootOf]?: CallRoot | undefined
  readonly [attemptOf]?: BodyFailures
}

/** Tells the executor in front, if it asked, that the body is over, or that there will be none. */
export function endNow(options: ForwardedOptions): void {
  options[onBodyEnd]?.()
}
