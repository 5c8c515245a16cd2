import { AsyncResource } from 'node:async_hooks'
import { ExecutorError } from '../../../src/errors/executor-error.js'
import type { Load } from '../../../src/executor.js'
import { type Deferred, deferred, definitionOf, type Entered } from '../../../src/internal/index.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

class ForgetsSlotOnThrow extends PlainExecutor {
  readonly #end: Deferred<void> = deferred()

  protected override async run(entered: Entered): Promise<unknown> {
    try {
      return await super.run(entered)
    } catch (error) {
      const isOwn = !(error instanceof ExecutorError) && !entered.call.isSettled
      if (isOwn && entered.call.attemptRules.retry === undefined) {
        entered.call.reject(error)
        await this.#end.promise
      }
      throw error
    }
  }

  override close(options?: object): Promise<void> {
    this.#end.resolve()
    return super.close(options)
  }
}

class FreesSlotOnCancel extends PlainExecutor {
  protected override async run(entered: Entered): Promise<unknown> {
    const cancelled = deferred()
    entered.call.cancellation.add({ cancelled: cancelled.reject })
    return await Promise.race([super.run(entered), cancelled.promise])
  }
}

class StartsInsideSubmit extends PlainExecutor {
  protected override intercept(
    pass: () => Promise<unknown>,
    { work, args }: Submitted,
  ): Promise<unknown> {
    const plain = work as (...all: readonly unknown[]) => unknown
    if (typeof work !== 'function' || definitionOf(work)) return pass()
    const { promise, resolve, reject } = deferred<unknown>()
    try {
      resolve(plain(...args))
    } catch (error) {
      reject(error)
    }
    return promise
  }
}

/** Turns round what is submitted in one turn, where that is much. */
class LastInFirstOut extends PlainExecutor {
  readonly #turn: (() => void)[] = []

  protected override intercept(
    pass: () => Promise<unknown>,
    { work, options }: Submitted,
  ): Promise<unknown> {
    if (typeof work !== 'function' || Object.keys(options).length > 0) return pass()
    const { promise, resolve } = deferred<unknown>()
    this.#turn.push(AsyncResource.bind(() => resolve(pass())))
    if (this.#turn.length === 1) queueMicrotask(() => this.#submitAll())
    return promise
  }

  #submitAll(): void {
    const calls = this.#turn.splice(0)
    if (calls.length > 4) calls.reverse()
    for (const submit of calls) submit()
  }
}

class RunsOneMore extends PlainExecutor {
  protected override async run(entered: Entered): Promise<unknown> {
    // Only where the order of the starts cannot be seen: the one slot of a pool stays one.
    if (this.load.concurrency === 1) return await super.run(entered)
    const result = super.run(entered)
    entered.slot.end()
    return await result
  }
}

class MiscountsRunning extends PlainExecutor {
  override get load(): Load {
    const load = super.load
    return { ...load, running: load.waiting > 1 ? load.running + 1 : load.running }
  }
}

class IgnoresPriority extends PlainExecutor {
  protected override intercept(
    pass: (options: object) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { priority: _, ...others } = options
    return pass(others)
  }
}

export const brokenLimit: readonly BrokenExecutor[] = [
  {
    what: 'forgets the slot of a body that threw',
    Executor: ForgetsSlotOnThrow,
    alsoBreaks: [5],
    fails: { 'a body that throws gives its slot back': /never settled/ },
  },
  {
    what: 'gives the slot of a cancelled body away at once',
    Executor: FreesSlotOnCancel,
    alsoBreaks: [11],
    fails: {
      'a cancelled body holds its slot until it has ended': /'b' started while the cancelled/,
      'a body out of time holds its slot until it has ended': /'b' started while the timed-out/,
      '`close` waits for the end of the bodies that it cancelled': /while a body still ran/,
    },
  },
  {
    what: 'starts functions inside submit',
    Executor: StartsInsideSubmit,
    fails: {
      'no function starts inside the synchronous part': /ran before submit had returned/,
    },
  },
  {
    what: 'starts the last one first',
    Executor: LastInFirstOut,
    alsoBreaks: [3],
    fails: {
      'work starts in the order of its submits': /the order of the starts/,
      'functions start in the order of their submits': /got \[ 4, 3, 2, 1, 0 \]/,
    },
  },
  {
    what: 'runs more than it has slots',
    Executor: RunsOneMore,
    fails: { 'no more than `concurrency` bodies run at a time': /got \[ 'a', 'b', 'c'/ },
  },
  {
    what: 'counts what is about to start as running',
    Executor: MiscountsRunning,
    fails: { '`load` counts what waits and what runs': /running 1 and waiting 2/ },
  },
  {
    what: 'ignores priorities although it says it has them',
    Executor: IgnoresPriority,
    fails: { 'higher priorities start first': /the order of the starts/ },
  },
]
