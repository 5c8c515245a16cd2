import { setImmediate } from 'node:timers/promises'
import { ConcError } from '../../../src/errors/conc-error.js'
import { TaskCancelledError } from '../../../src/errors/executor-error.js'
import type { CloseOptions } from '../../../src/executor.js'
import { currentTask } from '../../../src/task-context.js'
import { type BrokenExecutor, PlainExecutor } from './plain-executor.js'

type Items = AsyncGenerator<unknown, void, undefined>

class ClosesWithoutWaiting extends PlainExecutor {
  override async close(options?: CloseOptions): Promise<void> {
    super.close(options).catch(() => {})
  }
}

class WorksOn extends PlainExecutor {
  #isClosing = false

  /** Refuses only when everything is over. */
  override async close(options: CloseOptions = {}): Promise<void> {
    const hasWork = this.load.running > 0
    if (
      options.pending === 'reject' ||
      options.timeoutMs !== undefined ||
      !hasWork ||
      this.#isClosing
    ) {
      return await super.close(options)
    }
    this.#isClosing = true
    while (this.load.running > 0) await setImmediate()
    await super.close(options)
  }
}

class ClosesOnce extends PlainExecutor {
  #closed: Promise<void> | undefined

  override async close(options?: CloseOptions): Promise<void> {
    if (this.#closed && options?.pending !== 'reject') throw new ConcError('It is closed already.')
    this.#closed = super.close(options)
    await this.#closed
  }
}

class IgnoresReject extends PlainExecutor {
  override close({ timeoutMs }: CloseOptions = {}): Promise<void> {
    return super.close(timeoutMs === undefined ? {} : { timeoutMs })
  }
}

class IgnoresTimeout extends PlainExecutor {
  override close({ pending = 'run' }: CloseOptions = {}): Promise<void> {
    return super.close({ pending })
  }
}

class CutsStreamsShort extends PlainExecutor {
  protected override interceptStream(pass: () => Items): Items {
    const items = pass()
    const next = async (): Promise<IteratorResult<unknown, void>> => {
      if (this.isOpen) return await items.next()
      return await items.return()
    }
    return Object.assign(Object.create(items), { next, return: () => items.return() }) as Items
  }
}

class WaitsForConsumers extends PlainExecutor {
  readonly #unfinished = new Set<Items>()

  protected override interceptStream(pass: () => Items): Items {
    const items = pass()
    const next = async (): Promise<IteratorResult<unknown, void>> => {
      this.#unfinished.add(items)
      const step = await items.next()
      if (step.done) this.#unfinished.delete(items)
      return step
    }
    return Object.assign(Object.create(items), { next, return: () => items.return() }) as Items
  }

  override async close(options: CloseOptions = {}): Promise<void> {
    const isPatient = options.pending !== 'reject' && options.timeoutMs === undefined
    while (isPatient && this.isOpen && this.#unfinished.size > 0) await setImmediate()
    await super.close(options)
  }
}

class CutsReadersShort extends PlainExecutor {
  protected override interceptStream(pass: () => Items): Items {
    const items = pass()
    const next = async (): Promise<IteratorResult<unknown, void>> => {
      if (this.isOpen || !currentTask()) return await items.next()
      await items.return()
      throw new TaskCancelledError('It is closed.', { origin: 'shutdown', started: true })
    }
    return Object.assign(Object.create(items), { next, return: () => items.return() }) as Items
  }
}

export const brokenClose: readonly BrokenExecutor[] = [
  {
    what: 'does not wait when it closes',
    Executor: ClosesWithoutWaiting,
    fails: {
      '`close` finishes what was accepted': /while accepted work was not finished/,
      '`close` waits for the end': /while a body still ran/,
    },
  },
  {
    what: 'accepts work while it drains',
    Executor: WorksOn,
    fails: { 'nothing is accepted from the call': /while the executor drains resolved/ },
  },
  {
    what: 'throws when it is closed again',
    Executor: ClosesOnce,
    fails: { '`close` can be called again': /closed already/ },
  },
  {
    what: 'never rejects what waits',
    Executor: IgnoresReject,
    fails: {
      "`close({ pending: 'reject' })` cancels": /never settled/,
      "`close({ pending: 'reject' })` never starts": /started after close had cancelled it/,
    },
  },
  {
    what: 'drains for ever',
    Executor: IgnoresTimeout,
    fails: { 'after `timeoutMs` a draining': /'deaf', cancelled by close never settled/ },
  },
  {
    what: 'lets its streams look as if they had come to their end',
    Executor: CutsStreamsShort,
    alsoBreaks: [9],
    fails: {
      "whatever goes on at a `close({ pending: 'run' })`": /the number of items of a stream/,
    },
  },
  {
    what: 'waits for consumers that never come back',
    Executor: WaitsForConsumers,
    fails: { '`close` ends a stream that nobody pulls': /never settled/ },
  },
  {
    what: 'ends the streams that its bodies read',
    Executor: CutsReadersShort,
    fails: {
      '`close` lets a task finish that reads': /the task that reads rejected/,
      '`close` gives an item that is waited for': /the item that is waited for rejected/,
    },
  },
]
