import { ExecutorError, PoisonTaskError, WorkerLostError } from '../../errors/executor-error.js'
import type { RetryPolicy } from '../../retry-policy.js'
import { Timer } from '../timers.js'
import type { Cancellation } from './cancellation.js'

/** What decides whether a call is made again. */
export interface AttemptRules {
  readonly retry: RetryPolicy | undefined
  /** The task is `idempotent`, or the call has an `idempotencyKey`: it may run again after a loss. */
  readonly mayRunTwice: boolean
  readonly cancellation: Cancellation
  /** What a failure was. Default: an `ExecutorError` is the infrastructure's, all else the body's. */
  readonly blame?: (error: unknown) => 'body' | 'infrastructure'
  /** For the jitter; default `Math.random`. */
  readonly random?: () => number
}

/** Losses after which work counts as the cause of them. */
const poisonLimit = 3

/** Counts the attempts of one call and says what follows a failure. */
export class Attempts {
  /** The attempt being made, from 1. */
  number = 1
  #losses = 0
  readonly #rules: AttemptRules

  constructor(rules: AttemptRules) {
    this.#rules = rules
  }

  /**
   * Counts the failure of the current attempt.
   *
   * @returns the pause in ms before the next one.
   * @throws what the call fails with, where there is no next one.
   */
  pauseAfter(error: unknown): number {
    if (isLoss(error, this.#rules)) this.#losses++
    if (!mayRepeat(error, this.number, this.#rules)) throw error
    if (this.#losses >= poisonLimit) throw poisoned(error as WorkerLostError)
    return delayBefore(this.number++, this.#rules)
  }
}

/** Makes attempts, numbered from 1, until one succeeds, the policy ends, or the call is cancelled. */
export async function runAttempts<T>(
  rules: AttemptRules,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  const attempts = new Attempts(rules)
  for (;;) {
    try {
      return await attempt(attempts.number)
    } catch (error) {
      await pause(attempts.pauseAfter(error), rules.cancellation)
    }
  }
}

/** Whether attempt `number`, which failed with `error`, is followed by another. */
export function mayRepeat(error: unknown, number: number, rules: AttemptRules): boolean {
  const { retry, cancellation, mayRunTwice, blame = blameByClass } = rules
  if (retry === undefined || cancellation.isCancelled) return false
  const policy = typeof retry === 'number' ? { times: retry } : retry
  if (number > policy.times) return false
  if (blame(error) === 'infrastructure') {
    const { retryable, started } = error as ExecutorError
    if (!retryable || (started !== false && !mayRunTwice)) return false
  }
  return policy.when?.(error, number) ?? true
}

/** The pause in ms between attempt `number` and the next one. */
export function delayBefore(number: number, rules: Pick<AttemptRules, 'retry' | 'random'>): number {
  const { retry, random = Math.random } = rules
  if (retry === undefined || typeof retry === 'number') return 0
  const { delayMs = 0, factor = 1, maxDelayMs = Number.POSITIVE_INFINITY, jitter } = retry
  const full = Math.min(delayMs * factor ** (number - 1), maxDelayMs)
  return jitter ? random() * full : full
}

/** Waits `ms`; rejects with the reason as soon as the call is cancelled. */
export async function pause(ms: number, cancellation: Cancellation): Promise<void> {
  if (cancellation.isCancelled) throw cancellation.reason
  if (!(ms > 0)) return
  await new Promise<void>((resolve, reject) => {
    const dependent = {
      cancelled(reason: unknown): void {
        timer.clear()
        reject(reason)
      },
    }
    const timer = new Timer(ms, () => {
      cancellation.remove(dependent)
      resolve()
    })
    cancellation.add(dependent)
  })
}

/** Whether the worker of a body was lost, and not one that the body had work for. */
function isLoss(error: unknown, { blame = blameByClass }: AttemptRules): boolean {
  if (!(error instanceof WorkerLostError) || error.started === false) return false
  return blame(error) === 'infrastructure'
}

/** Whose failure an error is, where nobody knows better. */
export function blameByClass(error: unknown): 'body' | 'infrastructure' {
  return error instanceof ExecutorError ? 'infrastructure' : 'body'
}

function poisoned(last: WorkerLostError): PoisonTaskError {
  return new PoisonTaskError(
    `Task '${last.task ?? 'unknown'}' lost its worker ${poisonLimit} times and is not run again.`,
    { task: last.task, executor: last.executor, started: true, cause: last },
  )
}
