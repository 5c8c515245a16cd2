import type { SubmitOptions } from '../../../src/executor.js'
import {
  Cancellation,
  currentFrame,
  type Entered,
  type RunningTask,
  runInFrame,
} from '../../../src/internal/index.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

class ForgetsWaiting extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { signal, ...others } = options
    const waits = this.load.running + this.load.waiting >= this.load.concurrency
    return pass(waits && !signal?.aborted ? others : options)
  }
}

class RejectsWithItsOwn extends PlainExecutor {
  protected override async intercept(
    pass: () => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    try {
      return await pass()
    } catch (error) {
      if (!options.signal?.aborted || error !== options.signal.reason) throw error
      throw new DOMException('This operation was aborted', 'AbortError')
    }
  }
}

class RunsWhatWasAborted extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { signal, ...others } = options
    if (!signal?.aborted) return pass(options)
    pass(others).catch(() => {})
    return Promise.reject(signal.reason)
  }
}

/** Rejects the caller and leaves the body to itself. */
class NeverTellsBodies extends PlainExecutor {
  protected override async run(entered: Entered): Promise<unknown> {
    const call = Object.create(entered.call, {
      cancellation: { value: new Cancellation() },
      progress: { value: entered.call.progress },
    })
    return await super.run({ ...entered, call })
  }
}

/** Nested calls do not know that their parent can be cancelled. */
class LosesChildren extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    const frame = currentFrame()
    if (!frame?.task) return pass()
    const task = withOther(frame.task, { cancellation: new Cancellation() })
    return runInFrame({ ...frame, task }, pass)
  }
}

/** The same task with something else in place. */
export function withOther(task: RunningTask, changes: Partial<RunningTask>): RunningTask {
  const { id, name, executor, attempt, deadline, headers, cancellation } = task
  return { id, name, executor, attempt, deadline, headers, cancellation, ...changes } as RunningTask
}

export const brokenCancel: readonly BrokenExecutor[] = [
  {
    what: 'ignores signals while calls wait',
    Executor: ForgetsWaiting,
    alsoBreaks: [8],
    fails: {
      'a signal aborted while the call waits': /the waiting call never settled/,
      'a cancelled call leaves its place': /never settled/,
    },
  },
  {
    what: 'rejects with an error of its own',
    Executor: RejectsWithItsOwn,
    alsoBreaks: [7],
    fails: {
      'a signal aborted before the submit': /changed its mind itself, got AbortError/,
      'a signal aborted while the body runs': /changed its mind itself, got AbortError/,
      'a cancel ends the pause between two attempts': /got AbortError/,
    },
  },
  {
    what: 'runs what was cancelled before',
    Executor: RunsWhatWasAborted,
    fails: { 'a signal aborted before the submit': /'aborted' ran although it was cancelled/ },
  },
  {
    what: 'never tells bodies',
    Executor: NeverTellsBodies,
    alsoBreaks: [1, 2, 4, 7, 11],
    fails: {
      'the signal of a running body aborts':
        /the abort of the signal in the body of 'running' never settled/,
    },
  },
  {
    what: 'does not cancel children',
    Executor: LosesChildren,
    fails: {
      'cancelling a task cancels the child': /the abort of the child's signal never settled/,
    },
  },
]
