import { AsyncResource } from 'node:async_hooks'
import type { SubmitOptions } from '../../../src/executor.js'
import { currentFrame, inFrame, runInFrame } from '../../../src/internal/index.js'
import { withOther } from './of-cancel.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

class LosesAsyncContext extends PlainExecutor {
  readonly #outside = new AsyncResource('outside')

  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    const frame = currentFrame() ?? {}
    return this.#outside.runInAsyncScope(() => runInFrame(frame, () => pass()))
  }
}

class ReportsFromElsewhere extends PlainExecutor {
  readonly #outside = new AsyncResource('outside')

  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { onProgress } = options
    if (onProgress === undefined) return pass(options)
    const elsewhere = (data: unknown): void => this.#outside.runInAsyncScope(() => onProgress(data))
    return pass({ ...options, onProgress: elsewhere })
  }
}

class LosesContextVars extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    return inFrame({ vars: undefined }, () => pass())
  }
}

class LosesHeaders extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { headers: _, ...others } = options
    return pass(others)
  }
}

class LosesNestedHeaders extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    const frame = currentFrame()
    if (!frame?.task) return pass()
    const task = withOther(frame.task, { headers: {} })
    return runInFrame({ ...frame, task }, () => pass())
  }
}

class LosesParent extends PlainExecutor {
  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    const frame = currentFrame()
    if (!frame?.task) return pass()
    const task = withOther(frame.task, { id: 'somebody' })
    return runInFrame({ ...frame, task }, () => pass())
  }
}

class LosesProgress extends PlainExecutor {
  protected override intercept(
    pass: (options: SubmitOptions) => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    const { onProgress, ...others } = options
    return pass({ ...others, ...(onProgress && { onProgress: () => {} }) })
  }
}

export const brokenContext: readonly BrokenExecutor[] = [
  {
    what: 'runs bodies in a context of its own',
    Executor: LosesAsyncContext,
    fails: {
      'in this process a task sees': /got \[ undefined, undefined \]/,
      'a function sees': /got \[ undefined, undefined \]/,
    },
  },
  {
    what: 'loses context variables',
    Executor: LosesContextVars,
    fails: { 'context variables arrive': /expected 'acme' itself, got 'none'/ },
  },
  {
    what: 'loses headers',
    Executor: LosesHeaders,
    fails: { '`headers` arrive': /header 'traceparent' in the body/ },
  },
  {
    what: 'loses headers of nested calls',
    Executor: LosesNestedHeaders,
    fails: { '`headers` arrive': /header 'traceparent' in a nested call/ },
  },
  {
    what: 'loses the parent of nested calls',
    Executor: LosesParent,
    fails: { '`currentTask` describes': /`parentId` of the nested call/ },
  },
  {
    what: 'reports progress from elsewhere',
    Executor: ReportsFromElsewhere,
    fails: { '`onProgress` is called in': /got \[ undefined \]/ },
  },
  {
    what: 'loses progress',
    Executor: LosesProgress,
    fails: { 'progress reaches the submitter': /got \[\]/ },
  },
]
