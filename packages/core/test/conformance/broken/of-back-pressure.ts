import type { ExecutorSetup } from '../../../src/conformance/index.js'
import { QueueFullError } from '../../../src/errors/executor-error.js'
import type { Load } from '../../../src/executor.js'
import { type BrokenExecutor, PlainExecutor } from './plain-executor.js'

class HasNoQueueLimit extends PlainExecutor {
  readonly #queueLimit: number

  constructor(setup: ExecutorSetup) {
    super({ ...setup, queueLimit: Number.POSITIVE_INFINITY })
    this.#queueLimit = setup.queueLimit
  }

  override get load(): Load {
    return { ...super.load, queueLimit: this.#queueLimit }
  }
}

class IsAlwaysReady extends PlainExecutor {
  override async ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (!this.isOpen || this.load.waiting > 0) await super.ready(options)
  }
}

class RefusesForGood extends PlainExecutor {
  protected override async intercept(pass: () => Promise<unknown>): Promise<unknown> {
    return await pass().catch((error: unknown) => {
      if (!(error instanceof QueueFullError)) throw error
      throw new QueueFullError(error.message, { retryable: false })
    })
  }
}

class CannotGiveUp extends PlainExecutor {
  override ready(): Promise<void> {
    return super.ready()
  }
}

export const brokenBackPressure: readonly BrokenExecutor[] = [
  {
    what: 'has no queueLimit',
    Executor: HasNoQueueLimit,
    fails: {
      'past `queueLimit` a submit': /the call past queueLimit never settled/,
      '`ready` waits for a place': /never settled/,
    },
  },
  {
    what: 'is ready while every slot is taken',
    Executor: IsAlwaysReady,
    fails: {
      '`ready` waits for a free slot': /resolved while every slot was taken/,
      '`ready` can be given up': /resolved with undefined/,
    },
  },
  {
    what: 'says that a full queue is for good',
    Executor: RefusesForGood,
    fails: { 'past `queueLimit` a submit': /`retryable`: expected true/ },
  },
  {
    what: 'ignores the signal of ready',
    Executor: CannotGiveUp,
    fails: {
      '`ready` can be given up': /aborted signal resolved/,
      'a misspelt option of `ready`': /ready took `timeoutMS`/,
    },
  },
]
