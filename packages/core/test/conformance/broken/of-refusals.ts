import { UnsupportedWorkError } from '../../../src/errors/executor-error.js'
import type { Capabilities, SubmitOptions, Work } from '../../../src/executor.js'
import { definitionOf } from '../../../src/internal/index.js'
import { CopyingExecutor } from './copying-executor.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

class RunsClosuresAnyway extends PlainExecutor {
  #isAsked = true

  override get capabilities(): Capabilities {
    // The base class asks too; only who looks from outside is told so.
    return { ...super.capabilities, closures: !this.#isAsked }
  }

  protected override intercept(pass: () => Promise<unknown>): Promise<unknown> {
    this.#isAsked = false
    try {
      return pass()
    } finally {
      this.#isAsked = true
    }
  }
}

class RefusesWithoutHelp extends CopyingExecutor {
  protected override refusalOf(call: Submitted): Error | undefined {
    if (definitionOf(call.work)) return super.refusalOf(call)
    return new UnsupportedWorkError('Not supported.')
  }
}

class RefusesByThrowing extends PlainExecutor {
  override get capabilities(): Capabilities {
    return { ...super.capabilities, closures: false }
  }

  protected override intercept(
    pass: () => Promise<unknown>,
    { work }: Submitted,
  ): Promise<unknown> {
    if (typeof work !== 'function' || definitionOf(work)) return pass()
    throw new UnsupportedWorkError(`'${this.name}' takes no functions; use task(…).`)
  }
}

class RunsHomelessTasks extends CopyingExecutor {
  protected override refusalOf(): Error | undefined {
    return undefined
  }
}

class SaysClosuresAndRefuses extends PlainExecutor {
  protected override intercept(
    pass: () => Promise<unknown>,
    { work, args }: Submitted,
  ): Promise<unknown> {
    if (typeof work !== 'function' || definitionOf(work) || args.length === 0) return pass()
    return Promise.reject(new UnsupportedWorkError('No functions with arguments.'))
  }
}

class IgnoresMisspeltOptions extends PlainExecutor {
  override submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions & { timeoutMS?: number } = {},
  ): Promise<Awaited<R>> {
    const { timeoutMS: _, ...known } = options
    return super.submit(work, args, known)
  }
}

export const brokenRefusals: readonly BrokenExecutor[] = [
  {
    what: 'runs functions although it says it does not',
    Executor: RunsClosuresAnyway,
    fails: { 'a function is refused where': /instead of rejecting/ },
  },
  {
    what: 'refuses without saying what to do',
    Executor: RefusesWithoutHelp,
    fails: { 'a function is refused where': /does not say which executor it was/ },
  },
  {
    what: 'throws instead of rejecting',
    Executor: RefusesByThrowing,
    fails: { 'a function is refused where': /threw UnsupportedWorkError/ },
  },
  {
    what: 'runs tasks that no worker could load',
    Executor: RunsHomelessTasks,
    fails: {
      'a task that no worker can import': /resolved with 1/,
      'a task whose module cannot be imported': /resolved with 1/,
    },
  },
  {
    what: 'refuses functions although it says it runs them',
    Executor: SaysClosuresAndRefuses,
    fails: { 'any function runs': /rejected with UnsupportedWorkError/ },
  },
  {
    what: 'takes options that it does not have',
    Executor: IgnoresMisspeltOptions,
    fails: { 'a misspelt option of `submit` is refused': /submit took `timeoutMS`/ },
  },
]
