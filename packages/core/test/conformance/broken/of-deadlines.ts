import { TaskTimeoutError } from '../../../src/errors/executor-error.js'
import type { SubmitOptions } from '../../../src/executor.js'
import { currentFrame, type Entered, runInFrame, Timer } from '../../../src/internal/index.js'
import { withOther } from './of-cancel.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

const fromStart: unique symbol = Symbol('timeoutMs counted from the start')

class CountsFromStart extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { timeoutMs, ...others } = options
    const isShort = timeoutMs !== undefined && timeoutMs < 10_000
    return pass(isShort ? ({ ...others, [fromStart]: timeoutMs } as SubmitOptions) : options)
  }

  protected override async run(entered: Entered): Promise<unknown> {
    const { call } = entered
    const timeoutMs = (call.options as { [fromStart]?: number })[fromStart]
    const init = { phase: 'running', executor: this.name } as const
    const timer = new Timer(timeoutMs ?? Number.POSITIVE_INFINITY, () =>
      call.interrupt(new TaskTimeoutError('The body took too long.', init)),
    )
    return await super.run(entered).finally(() => timer.clear())
  }
}

class ThrowsOtherTimeouts extends PlainExecutor {
  protected override async intercept(pass: () => Promise<unknown>): Promise<unknown> {
    try {
      return await pass()
    } catch (error) {
      if (!(error instanceof TaskTimeoutError) || error.phase === 'waiting') throw error
      throw new DOMException('The operation timed out', 'TimeoutError')
    }
  }
}

class DropsInheritedDeadline extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    const frame = currentFrame()
    if (!frame?.task) return pass()
    const task = withOther(frame.task, { deadline: undefined })
    return runInFrame({ ...frame, task, deadline: undefined }, pass)
  }
}

/** Asks the last attempt only, which has not begun. */
class ForgetsFirstAttempts extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    return pass().catch(forgetful)
  }

  protected override async *interceptStream(
    pass: () => AsyncGenerator<unknown, void, undefined>,
  ): AsyncGenerator<unknown, void, undefined> {
    try {
      yield* pass()
    } catch (error) {
      forgetful(error)
    }
  }
}

function forgetful(error: unknown): never {
  if (!(error instanceof TaskTimeoutError)) throw error
  throw new TaskTimeoutError(error.message, { phase: 'waiting', started: false })
}

export const brokenDeadlines: readonly BrokenExecutor[] = [
  {
    what: 'counts the time from the start',
    Executor: CountsFromStart,
    // Longer than one attempt takes on a busy machine, as its time begins anew with each.
    options: { shortTimeoutMs: 120 },
    fails: {
      'the time counts from the submit': /the waiting call out of time never settled/,
      'the time covers all attempts': /never settled/,
    },
  },
  {
    what: 'times out with other errors',
    Executor: ThrowsOtherTimeouts,
    alsoBreaks: [2],
    fails: { 'a running call out of time rejects': /TaskTimeoutError, got TimeoutError/ },
  },
  {
    what: 'forgets attempts that were',
    Executor: ForgetsFirstAttempts,
    alsoBreaks: [9],
    fails: {
      'a call out of time between two attempts': /`started` is false although/,
      'a stream out of time between two attempts': /`started` is false although/,
    },
  },
  {
    what: 'drops the inherited deadline',
    Executor: DropsInheritedDeadline,
    fails: {
      'a nested call inherits the deadline': /nested call: expected about \d+ .*got none/,
      'of two deadlines the nested call': /3000000 ms in one of 300000 ms/,
    },
  },
]
