import { RemoteError } from '../../../src/errors/conc-error.js'
import type { SubmitOptions } from '../../../src/executor.js'
import { type AttemptRules, type Entered, onBodyEnd } from '../../../src/internal/index.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

class RetriesUnasked extends PlainExecutor {
  protected override get defaultRetry(): AttemptRules['retry'] {
    return { times: 1, when: (error) => !(error instanceof RemoteError) }
  }
}

class RetriesAfterCancel extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { signal, ...others } = options
    if (options.retry !== 3 || !signal) return pass(options)
    const again = (): void => {
      if (signal.aborted) pass({ ...others, timeoutMs: 100 }).catch(() => {})
    }
    return pass({ ...options, [onBodyEnd]: again } as SubmitOptions)
  }
}

class IgnoresRetry extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const isPlain = typeof options.retry === 'number'
    return pass(isPlain ? { ...options, retry: 0 } : options)
  }
}

class NeverAsksWhen extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { retry } = options
    if (typeof retry !== 'object') return pass(options)
    const { when: _, ...policy } = retry
    return pass({ ...options, retry: policy })
  }
}

class BlamesItself extends PlainExecutor {
  protected override failed(): void {}
}

class CountsNoAttempts extends PlainExecutor {
  protected override async run(entered: Entered): Promise<unknown> {
    return await super.run({ ...entered, attempt: 1 })
  }
}

class BeginsNoStreamAgain extends PlainExecutor {
  protected override interceptStream(
    pass: (options: SubmitOptions) => AsyncGenerator<unknown, void, undefined>,
    { options }: Submitted,
  ): AsyncGenerator<unknown, void, undefined> {
    return pass({ ...options, retry: 0 })
  }
}

export const brokenRetries: readonly BrokenExecutor[] = [
  {
    what: 'retries unasked',
    Executor: RetriesUnasked,
    fails: { 'a body that threw runs once': /resolved with 2 instead of rejecting/ },
  },
  {
    what: 'retries after a cancel',
    Executor: RetriesAfterCancel,
    fails: { 'a body that fails after a cancel': /expected 1 itself, got 2/ },
  },
  {
    what: 'ignores a number of retries',
    Executor: IgnoresRetry,
    fails: { '`retry` repeats a body that threw': /rejected with RangeError: attempt 1 failed/ },
  },
  {
    what: 'never asks `when`',
    Executor: NeverAsksWhen,
    fails: { '`when` is asked': /got 'attempt 10 failed'/ },
  },
  {
    what: 'begins no stream again',
    Executor: BeginsNoStreamAgain,
    alsoBreaks: [4],
    fails: { '`retry` begins a stream again': /rejected with RangeError: attempt 1 failed/ },
  },
  {
    what: 'takes for its own failure what a body let out',
    Executor: BlamesItself,
    fails: {
      '`retry` repeats a body that let out': /A worker elsewhere is gone/,
      'an executor in front repeats': /A worker elsewhere is gone/,
      'a body that let out the error': /expected 1 itself, got 2/,
    },
  },
  {
    what: 'calls each attempt the first',
    Executor: CountsNoAttempts,
    fails: { '`retry` repeats a body': /attempt 1 failed/ },
  },
]
