import { UnsupportedWorkError } from '@conc/core'
import {
  Cancellation,
  describe,
  isRefused,
  isTraced,
  iteratorOf,
  polledSignal,
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
import type { Blame, CallContext } from '../between/messages.js'
import type { StreamWay } from '../between/stream-way.js'
import { type Items, StreamSender } from '../streams/stream-sender.js'
import type { ThreadServer } from './thread-server.js'
import { ThreadSlot } from './thread-slot.js'

const noContext: CallContext = {}

/** One call from when it was taken up here until its task has ended. */
export class Body {
  readonly id: number
  readonly name: string
  /** The nested call of a body on this thread which it is. */
  readonly answers: number | undefined
  readonly cancellation: Cancellation = new Cancellation()
  readonly #server: ThreadServer

  constructor(server: ThreadServer, id: number, name: string, answers: number | undefined) {
    this.#server = server
    this.id = id
    this.name = name
    this.answers = answers
  }

  run(
    definition: TaskDefinition,
    args: readonly unknown[],
    context: CallContext | undefined,
  ): void {
    const task = this.#taskOf(definition, context)
    const around = this.#around(context)
    if (definition.input !== undefined || isTraced()) {
      this.#follow(runTask(definition, args, task, around))
    } else this.#runDirect(definition, args, task, around)
  }

  /** Runs the generator as far as its consumer has granted. Its end and its error go with the items. */
  async stream(
    definition: TaskDefinition,
    args: readonly unknown[],
    context: CallContext | undefined,
    way: StreamWay,
  ): Promise<void> {
    const task = this.#taskOf(definition, context)
    const sender = new StreamSender(way, task)
    const body = async (): Promise<void> => sender.run(await iterate(definition, args, task))
    try {
      await runInFrame(taskFrame(task, this.#around(context)), () =>
        traced(() => describe(task), body),
      )
    } catch (error) {
      const isNoStream = error instanceof UnsupportedWorkError
      sender.fail(error, isNoStream ? 'infrastructure' : this.#blame(error))
    }
    this.#server.succeeded(this, undefined)
  }

  /** Makes no promise where the task makes none: in a thread that keeps context, each costs as much as all the rest. */
  #runDirect(
    { fn }: TaskDefinition,
    args: readonly unknown[],
    task: RunningTask,
    around: TaskSurroundings,
  ): void {
    let value: unknown
    let isPending = false
    try {
      value = runInFrame(taskFrame(task, around), () => fn(...(args as never[])))
      isPending = typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function'
    } catch (error) {
      this.#server.failed(this, error, 'body')
      return
    }
    if (isPending) this.#follow(Promise.resolve(value))
    else this.#server.succeeded(this, value)
  }

  #follow(result: Promise<unknown>): void {
    result.then(
      (value) => this.#server.succeeded(this, value),
      (error) => this.#server.failed(this, error, this.#blame(error)),
    )
  }

  #blame(error: unknown): Blame {
    return isRefused(error, this.name) ? 'infrastructure' : 'body'
  }

  #taskOf({ name }: TaskDefinition, context: CallContext | undefined): RunningTask {
    return new ThreadTask(this.#server, this, {
      name,
      executor: this.#server.executor,
      cancellation: this.cancellation,
      attempt: context?.attempt,
      deadline: context?.deadline,
      headers: context?.headers,
      parent: context?.parentId === undefined ? undefined : { id: context.parentId },
      onProgress: context?.wantsProgress && ((data) => this.#server.progress(this, data)),
    })
  }

  #around(context: CallContext | undefined): TaskSurroundings {
    const { proxy, link } = this.#server
    const { vars, startTimeoutMs, logLevel } = context ?? noContext
    const logs = logLevel && { level: logLevel }
    return { executor: proxy, slot: new ThreadSlot(this.id, link), vars, startTimeoutMs, logs }
  }
}

/** A task whose signal can be polled: a look at it takes in a cancel that was posted meanwhile. Its id can be found again. */
class ThreadTask extends RunningTask {
  readonly #server: ThreadServer
  readonly #body: Body
  #signal: AbortSignal | undefined

  constructor(server: ThreadServer, body: Body, init: RunningTaskInit) {
    super(init)
    this.#server = server
    this.#body = body
  }

  override get signal(): AbortSignal {
    this.#signal ??= polledSignal(super.signal, () => this.#server.poll(this.#body))
    return this.#signal
  }

  protected override makeId(): string {
    return this.#server.idOf(this.#body)
  }
}

async function iterate(
  definition: TaskDefinition,
  args: readonly unknown[],
  task: RunningTask,
): Promise<Items> {
  const valid = await validated(definition, args, task)
  return iteratorOf(await definition.fn(...(valid as never[])), task.executor)
}
