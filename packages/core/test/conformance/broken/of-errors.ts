import { ExecutorError } from '../../../src/errors/executor-error.js'
import { CopyingExecutor } from './copying-executor.js'
import { type BrokenExecutor, PlainExecutor, type Submitted } from './plain-executor.js'

class WrapsErrors extends PlainExecutor {
  protected override async intercept(
    pass: () => Promise<unknown>,
    { options }: Submitted,
  ): Promise<unknown> {
    try {
      return await pass()
    } catch (error) {
      if (!(error instanceof TypeError) || options.retry !== undefined) throw error
      throw Object.assign(new TypeError(error.message, { cause: error.cause }), error)
    }
  }
}

class LosesCause extends CopyingExecutor {
  protected override carryError(error: unknown): unknown {
    const carried = super.carryError(error)
    if (carried instanceof Error) delete carried.cause
    return carried
  }
}

class LosesClass extends CopyingExecutor {
  protected override carryError(error: unknown): unknown {
    const carried = super.carryError(error)
    if (!(carried instanceof RangeError) || carried.message.startsWith('attempt')) return carried
    return Object.assign(new Error(carried.message), { name: carried.name })
  }
}

class LosesFields extends CopyingExecutor {
  protected override carryError(error: unknown): unknown {
    const carried = super.carryError(error)
    if (carried instanceof TypeError) delete (carried as { status?: number }).status
    return carried
  }
}

class LosesStack extends CopyingExecutor {
  protected override carryError(error: unknown): unknown {
    const carried = super.carryError(error)
    if (carried instanceof TypeError) carried.stack = String(carried)
    return carried
  }
}

/** What structured clone makes of errors: no own fields, no class but the built-in ones. */
class ClonesErrors extends CopyingExecutor {
  protected override carryError(error: unknown): unknown {
    return structuredClone(error)
  }
}

class HidesWhatItDid extends PlainExecutor {
  protected override async intercept(pass: () => Promise<unknown>): Promise<unknown> {
    if (this.isOpen) return await pass()
    return await pass().catch((error: unknown) => {
      throw error instanceof ExecutorError ? new Error(error.message) : error
    })
  }
}

export const brokenErrors: readonly BrokenExecutor[] = [
  {
    what: 'makes new errors',
    Executor: WrapsErrors,
    fails: {
      'in this process the very object': /the thrown object 'fields'/,
      'the stack shows where': /no frame of the throwing function/,
    },
  },
  {
    what: 'loses causes',
    Executor: LosesCause,
    fails: {
      'the chain of causes arrives': /its cause: expected an instance of RangeError, got undefined/,
    },
  },
  {
    what: 'loses a class',
    Executor: LosesClass,
    fails: { 'built-in errors come back': /a thrown RangeError: expected an instance/ },
  },
  {
    what: 'loses own fields',
    Executor: LosesFields,
    fails: { '`code` and plain own fields': /own fields: expected/ },
  },
  {
    what: 'loses stacks',
    Executor: LosesStack,
    fails: { 'the stack shows where': /no frame of the throwing function/ },
  },
  {
    what: 'clones errors without an envelope',
    Executor: ClonesErrors,
    alsoBreaks: [9],
    fails: {
      '`code` and plain own fields': /got \{\}/,
      'an AggregateError arrives': /instance of AggregateError/,
      'an error of a registered class': /instance of KnownKitError/,
      'an error of an unknown class': /instance of RemoteError/,
      'an error comes after the items': /E_ITEMS/,
    },
  },
  {
    what: 'reports its own failures as plain errors',
    Executor: HidesWhatItDid,
    alsoBreaks: [11],
    fails: {
      'what the executor did is an ExecutorError': /instance of ExecutorClosedError, got Error/,
    },
  },
]
