import { ConcError } from '../../errors/conc-error.js'
import type {
  Capabilities,
  Executor,
  Load,
  StreamWork,
  SubmitOptions,
  Work,
} from '../../executor.js'
import { checkWaitOptions } from '../checks/option-checks.js'
import { unlessAborted } from '../signals.js'
import { Intake, type IntakeInit } from './intake.js'

export interface ProxyInit extends IntakeInit {
  readonly capabilities: Capabilities
  /** Resolves when there is room for one more call. */
  readonly room: () => Promise<void>
}

/** An executor as the bodies that run on it see it: their nested calls go back to it, and it is not theirs to close. */
export abstract class ProxyExecutor implements Executor {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #intake: Intake
  readonly #room: () => Promise<void>

  constructor(init: ProxyInit) {
    this.name = init.name
    this.capabilities = init.capabilities
    this.#intake = new Intake(init)
    this.#room = init.room
  }

  abstract get load(): Load

  submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options: SubmitOptions = {},
  ): Promise<Awaited<R>> {
    return this.#intake.submit(work, args, options)
  }

  stream<A extends readonly unknown[], Y>(
    work: StreamWork<A, Y>,
    args: A,
    options: SubmitOptions = {},
  ): AsyncGenerator<Y, void, undefined> {
    return this.#intake.stream(work, args, options)
  }

  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkWaitOptions(options)
    return unlessAborted(this.#room, options.signal)
  }

  close(): Promise<void> {
    return Promise.reject(
      new ConcError(`Executor '${this.name}' is closed by whoever made it, not by a task on it.`),
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
