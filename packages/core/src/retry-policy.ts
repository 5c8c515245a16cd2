/**
 * How often to repeat a body that threw: a count of repetitions, or that with pauses.
 * Before repetition `n` (from 1) it waits `delayMs * factor ** (n - 1)`, at most `maxDelayMs`; with `jitter`
 * a random part of that.
 */
export type RetryPolicy =
  | number
  | {
      /** Repetitions after the first attempt. */
      readonly times: number
      /** Default 0. */
      readonly delayMs?: number
      /** Default 1: the same pause each time. */
      readonly factor?: number
      /** Default Infinity. */
      readonly maxDelayMs?: number
      /** Default false. */
      readonly jitter?: boolean
      /** Asked after each failure; `false` ends the attempts. `attempt` is the one that failed, from 1. */
      when?(error: unknown, attempt: number): boolean
    }
