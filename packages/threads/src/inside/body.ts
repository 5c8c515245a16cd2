import type { MessagePort } from 'node:worker_threads'
import { TaskInputError, UnsupportedWorkError } from '@conc/core'
import {
  describe,
  iteratorOf,
  RunningTask,
  type RunningTaskInit,
  runInFrame,
  runTask,
  type TaskDefinition,
  type TaskSurroundings,
  taskFrame,
  traced,
  validated,
} from '@conc/core/internal'
import type { Blame, CallContext } from '../messages.js'
import { type Items, StreamSender } from './stream-sender.js'
import type { TakenCall, ThreadServer } from './thread-server.js'
import { ThreadSlot } from './thread-slot.js'

/** One call while its task runs here. */
export class Body {
  readonly #server: ThreadServer
  readonly #call: TakenCall
  readonly #definition: TaskDefinition
  readonly #task: RunningTask
  readonly #around: TaskSurroundings

  constructor(
    server: ThreadServer,
    call: TakenCall,
    definition: TaskDefinition,
    context: CallContext | undefined,
  ) {
    this.#server = server
    this.#call = call
    this.#definition = definition
    this.#task = new ThreadTask(server, call, {
      name: definition.name,
      executor: server.executor,
      cancellation: call.cancellation,
      attempt: context?.attempt,
      deadline: context?.deadline,
      headers: context?.headers,
      parent: context?.parentId === undefined ? undefined : { id: context.parentId },
      onProgress: context?.wantsProgress && ((data) => server.progress(call, data)),
    })
    this.#around = {
      executor: server.proxy,
      slot: new ThreadSlot(call.id, server.link),
      vars: context?.vars,
    }
  }

  run(args: readonly unknown[]): void {
    runTask(this.#definition, args, this.#task, this.#around).then(
      (value) => this.#server.succeeded(this.#call, value),
      (error) => this.#server.failed(this.#call, error, blameFor(error)),
    )
  }

  /** Runs the generator as far as its consumer has granted. Its end and its error go with the items. */
  async stream(args: readonly unknown[], port: MessagePort): Promise<void> {
    const sender = new StreamSender(port, this.#task)
    const body = async (): Promise<void> => sender.run(await this.#iterate(args))
    try {
      await runInFrame(taskFrame(this.#task, this.#around), () =>
        traced(() => describe(this.#task), body),
      )
    } catch (error) {
      sender.fail(error, blameFor(error))
    }
    this.#server.succeeded(this.#call, undefined)
  }

  async #iterate(args: readonly unknown[]): Promise<Items> {
    const valid = await validated(this.#definition, args, this.#task)
    return iteratorOf(await this.#definition.fn(...(valid as never[])), this.#task.executor)
  }
}

/** A task whose signal can be polled: reading it takes in a cancel that was posted meanwhile. */
class ThreadTask extends RunningTask {
  readonly #server: ThreadServer
  readonly #call: TakenCall

  constructor(server: ThreadServer, call: TakenCall, init: RunningTaskInit) {
    super(init)
    this.#server = server
    this.#call = call
  }

  override get signal(): AbortSignal {
    this.#server.poll(this.#call)
    return super.signal
  }
}

function blameFor(error: unknown): Blame {
  return error instanceof TaskInputError || error instanceof UnsupportedWorkError
    ? 'infrastructure'
    : 'body'
}
