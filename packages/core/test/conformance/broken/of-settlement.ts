import { deferred } from '../../../src/internal/index.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

class LosesCalls extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    if (this.load.waiting >= 12) return deferred().promise
    return pass()
  }
}

/** A promise that tells everybody twice. */
class TwicePromise extends Promise<unknown> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // biome-ignore lint/suspicious/noThenProperty: it is broken on purpose
  override then<T, U>(
    onFulfilled?: ((value: unknown) => T | PromiseLike<T>) | null,
    onRejected?: ((reason: unknown) => U | PromiseLike<U>) | null,
  ): Promise<T | U> {
    super.then(onFulfilled, onRejected).then(undefined, () => {})
    return super.then(onFulfilled, onRejected) as Promise<T | U>
  }
}

class SettlesTwice extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    return new TwicePromise((resolve, reject) => {
      pass().then(resolve, reject)
    })
  }
}

class ForgetsHandler extends PlainExecutor {
  protected override intercept(
    pass: () => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const promise = pass()
    const followed = promise.finally(() => {})
    if (!options.signal) followed.catch(() => {})
    return promise
  }
}

class LeavesListener extends PlainExecutor {
  protected override intercept(
    pass: () => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    options.signal?.addEventListener('abort', () => {})
    return pass()
  }
}

class LeavesTimer extends PlainExecutor {
  protected override intercept(
    pass: () => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { timeoutMs } = options
    if (timeoutMs !== undefined) leftTimers.push(setTimeout(() => {}, timeoutMs))
    return pass()
  }
}

/** What `LeavesTimer` leaves, for the tests to take away. */
export const leftTimers: NodeJS.Timeout[] = []

export const brokenSettlement: readonly BrokenExecutor[] = [
  {
    what: 'loses calls when many are waiting',
    Executor: LosesCalls,
    fails: { 'each of many calls settles once': /all calls never settled/ },
  },
  {
    what: 'settles twice',
    Executor: SettlesTwice,
    fails: {
      'each of many calls settles once': /settlements of each call/,
      'a cancelled call stays rejected when its body ends later': /expected 1 itself, got 2/,
    },
  },
  {
    what: 'leaves a promise of its own unhandled when a call with a signal rejects',
    Executor: ForgetsHandler,
    fails: {
      'a cancelled call stays rejected when its body ends later': /unhandled rejection/,
      'a body that fails after its call was cancelled': /unhandled rejection/,
    },
  },
  {
    what: 'leaves its listener on the signal',
    Executor: LeavesListener,
    fails: {
      'calls leave no listener on a signal that outlives': /listeners of settled calls/,
      'refused calls leave no listener': /listeners of a refused call/,
    },
  },
  {
    what: 'leaves a timer behind',
    Executor: LeavesTimer,
    fails: { 'nothing keeps the process alive after close': /left: \d+ Timeout/ },
  },
]
