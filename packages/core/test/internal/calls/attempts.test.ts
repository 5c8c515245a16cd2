import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  PoisonTaskError,
  QueueFullError,
  type RetryPolicy,
  TaskTimeoutError,
  WorkerLostError,
} from '../../../src/index.js'
import {
  type AttemptRules,
  delayBefore,
  mayRepeat,
  runAttempts,
} from '../../../src/internal/calls/attempts.js'
import { Cancellation } from '../../../src/internal/calls/cancellation.js'

const rules = (retry: RetryPolicy | undefined, more: Partial<AttemptRules> = {}): AttemptRules => ({
  retry,
  mayRunTwice: false,
  cancellation: new Cancellation(),
  ...more,
})

const user = new Error('user')
const lost = (started: boolean | 'unknown' = 'unknown'): WorkerLostError =>
  new WorkerLostError('lost', { started, task: 'a' })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('mayRepeat', () => {
  it.each<[string, unknown, RetryPolicy | undefined, boolean, boolean]>([
    ['a user error without a policy', user, undefined, true, false],
    ['a user error', user, 1, false, true],
    ['a user error with times 0', user, 0, false, false],
    ['a user error after the last time', user, { times: 0 }, false, false],
    ['a loss that never started', lost(false), 1, false, true],
    ['a loss that may have started', lost('unknown'), 1, false, false],
    ['a loss that started', lost(true), 1, false, false],
    ['a loss of what may run twice', lost(true), 1, true, true],
    ['what is not retryable', new TaskTimeoutError('t', { phase: 'waiting' }), 1, true, false],
    ['a full queue', new QueueFullError('full'), 1, false, true],
    ['what the policy declines', user, { times: 1, when: () => false }, true, false],
    ['what the policy accepts', user, { times: 1, when: () => true }, false, true],
    ['a loss that the policy accepts', lost(), { times: 1, when: () => true }, false, false],
  ])('%s', (_what, error, retry, mayRunTwice, expected) => {
    expect(mayRepeat(error, 1, rules(retry, { mayRunTwice }))).toBe(expected)
  })

  it('asks the policy with the error and the attempt that failed', () => {
    const when = vi.fn(() => true)
    mayRepeat(user, 2, rules({ times: 3, when }))
    expect(when.mock.calls).toEqual([[user, 2]])
  })

  it('repeats nothing that was cancelled', () => {
    const cancellation = new Cancellation()
    cancellation.cancel('why')
    expect(mayRepeat(user, 1, rules(5, { cancellation }))).toBe(false)
  })

  it('takes whose failure it was from the executor', () => {
    const blame = (): 'body' => 'body'
    expect(mayRepeat(lost(true), 1, rules(1, { blame }))).toBe(true)
  })
})

describe('delayBefore', () => {
  it.each<[RetryPolicy | undefined, number[]]>([
    [undefined, [0, 0, 0]],
    [3, [0, 0, 0]],
    [{ times: 3 }, [0, 0, 0]],
    [{ times: 3, delayMs: 10 }, [10, 10, 10]],
    [{ times: 3, delayMs: 10, factor: 3 }, [10, 30, 90]],
    [{ times: 3, delayMs: 10, factor: 3, maxDelayMs: 50 }, [10, 30, 50]],
    [{ times: 3, delayMs: 8, factor: 0.5 }, [8, 4, 2]],
    [{ times: 3, delayMs: 10, factor: 3, maxDelayMs: 50, jitter: true }, [5, 15, 25]],
  ])('of %o', (retry, delays) => {
    const random = (): number => 0.5
    expect([1, 2, 3].map((number) => delayBefore(number, { retry, random }))).toEqual(delays)
  })
})

describe('runAttempts', () => {
  it('numbers the attempts from 1 and gives the first success', async () => {
    const attempt = vi.fn(async (number: number) => {
      if (number < 3) throw user
      return `done by ${number}`
    })
    expect(await runAttempts(rules(5), attempt)).toBe('done by 3')
    expect(attempt.mock.calls).toEqual([[1], [2], [3]])
  })

  it('gives the last error', async () => {
    const failing = async (number: number): Promise<never> => {
      throw new Error(`attempt ${number}`)
    }
    await expect(runAttempts(rules(2), failing)).rejects.toThrow('attempt 3')
  })

  it('waits as the policy says', async () => {
    const at: number[] = []
    const failing = async (): Promise<never> => {
      at.push(performance.now())
      throw user
    }
    const start = performance.now()
    const ended = runAttempts(rules({ times: 3, delayMs: 100, factor: 2 }), failing).catch(
      () => 'no',
    )
    await vi.runAllTimersAsync()
    expect(await ended).toBe('no')
    expect(at.map((ms) => Math.round(ms - start))).toEqual([0, 100, 300, 700])
  })

  it('gives up its pause when cancelled and leaves no timer', async () => {
    const cancellation = new Cancellation()
    const attempt = vi.fn(async () => {
      throw user
    })
    const ended = runAttempts(rules({ times: 3, delayMs: 100 }, { cancellation }), attempt)
    const rejection = expect(ended).rejects.toBe('why')
    await vi.advanceTimersByTimeAsync(50)
    cancellation.cancel('why')
    await rejection
    expect(vi.getTimerCount()).toBe(0)
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  it('refuses work that lost its worker three times', async () => {
    const attempt = vi.fn(async () => {
      throw lost(true)
    })
    const error = await runAttempts(rules(9, { mayRunTwice: true }), attempt).catch((e) => e)
    expect(error).toBeInstanceOf(PoisonTaskError)
    expect(error).toMatchObject({ task: 'a', started: true, retryable: false })
    expect(error.cause).toBeInstanceOf(WorkerLostError)
    expect(attempt).toHaveBeenCalledTimes(3)
  })

  it('does not blame work for workers that were lost before it began', async () => {
    const attempt = vi.fn(async (number: number) => {
      if (number < 6) throw lost(false)
      return 'done'
    })
    expect(await runAttempts(rules(9), attempt)).toBe('done')
  })

  it('rejects with what `when` throws', async () => {
    const policy = {
      times: 1,
      when: () => {
        throw new Error('from when')
      },
    }
    await expect(runAttempts(rules(policy), () => Promise.reject(user))).rejects.toThrow(
      'from when',
    )
  })
})
