import { WorkerLostError } from '../../../src/errors/executor-error.js'
import { deferred } from '../../../src/internal/index.js'
import { type BrokenExecutor, PlainExecutor } from './plain-executor.js'

class HangsWithoutWorker extends PlainExecutor {
  protected override intercept(): Promise<unknown> {
    return deferred().promise
  }
}

/** The first call learns the reason, the others wait for a worker that nobody starts. */
class RejectsOnlyTheFirst extends PlainExecutor {
  #hasFailed = false

  protected override intercept(): Promise<unknown> {
    if (this.#hasFailed) return deferred().promise
    this.#hasFailed = true
    return Promise.reject(new WorkerLostError('A module threw.', { started: false }))
  }
}

class BlamesNobody extends PlainExecutor {
  protected override intercept(): Promise<unknown> {
    return Promise.reject(new Error('exit code 1'))
  }
}

class ClaimsStart extends PlainExecutor {
  protected override intercept(): Promise<unknown> {
    return Promise.reject(new WorkerLostError('A module threw.'))
  }
}

/** Healthy executors whose workers cannot start, and which do not know what to do then. */
export const brokenWorkerStart: readonly BrokenExecutor[] = [
  startingWith('hangs when no worker can start', HangsWithoutWorker, {
    'everything that waits for a worker': /never settled/,
  }),
  startingWith('rejects one call only when no worker can start', RejectsOnlyTheFirst, {
    'everything that waits for a worker': /a call that waits for it never settled/,
  }),
  startingWith('throws a plain error when no worker can start', BlamesNobody, {
    'everything that waits for a worker': /instance of ExecutorError, got Error/,
  }),
  startingWith('says that work may have started when no worker can', ClaimsStart, {
    'everything that waits for a worker': /`started`: expected false itself, got 'unknown'/,
  }),
]

function startingWith(
  what: string,
  Broken: typeof PlainExecutor,
  fails: BrokenExecutor['fails'],
): BrokenExecutor {
  const brokenStart = (setup: ConstructorParameters<typeof PlainExecutor>[0]): PlainExecutor =>
    new Broken(setup)
  return { what, Executor: PlainExecutor, options: { brokenStart }, fails }
}
