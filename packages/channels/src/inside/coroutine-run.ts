import { parentPort, threadId } from 'node:worker_threads'
import { encodeError } from '@conc/core'
import {
  Cancellation,
  loadTask,
  RunningTask,
  restoredFrame,
  runInFrame,
  runTask,
  runUnframed,
} from '@conc/core/internal/base'
import { loadCoroutine, loadExport } from '../coroutine/coroutine-registry.js'
import type { StartMessage, ThreadMessage } from '../coroutine/messages.js'
import { SelfEnd, selfHolder } from '../coroutine/self.js'
import { threads } from '../coroutine/threads.js'
import type { LinkPort } from '../linked/link-port.js'
import { openEnds } from '../linked/open-ends.js'
import { postParcel } from '../linked/parcel.js'
import { putAll } from './put-all.js'
import { isAsAtBoot } from './resources.js'

/** One coroutine in its thread, from the start message to the thread's release. */
export class CoroutineRun {
  isFinished = false
  readonly #message: StartMessage
  readonly #end: SelfEnd
  readonly #isShared: boolean
  #isSettled = false

  constructor(message: StartMessage, port: LinkPort, isShared: boolean) {
    this.#message = message
    this.#isShared = isShared
    this.#end = new SelfEnd({ ...message.channel, port: port.port }, port)
    this.#end.sync()
    selfHolder.current = this.#end
  }

  async start(): Promise<void> {
    try {
      const result = await this.#call(this.#arguments())
      const value = await putAll(this.#end, result)
      this.#settle((isLast) => this.#postResult(value, isLast), undefined, true)
    } catch (error) {
      this.fail(error)
    }
  }

  /** The body threw, or something it started did. */
  fail(error: unknown): void {
    const isClean = this.#isCancel(error)
    const where = `coroutine '${this.#message.work.name}', thread ${threadId}`
    const encoded = encodeError(error, { where })
    const tell = (isLast: boolean): void => {
      post({ type: 'settled', isLast, ok: false, error: encoded, isClean })
    }
    this.#settle(tell, isClean ? undefined : this.#toReaders(error), isClean)
  }

  /** A channel that is closed with `undefined` has ended well. */
  #toReaders(error: unknown): unknown {
    return error === undefined ? new Error(`${this.#message.work.name} threw undefined.`) : error
  }

  #arguments(): readonly unknown[] {
    const { args, ends } = this.#message
    return args.map((value, index) => {
      const parts = ends.get(index)
      return parts ? this.#end.adopt(parts) : value
    })
  }

  async #call(args: readonly unknown[]): Promise<unknown> {
    const { work, context } = this.#message
    const frame = restoredFrame(context)
    if (work.kind === 'task') {
      const definition = await loadTask(work.name, work.module)
      return runInFrame(frame, () => runTask(definition, args, this.#task()))
    }
    const fn = await this.#load()
    const body = (): unknown => fn.apply(this.#end as never, args as never[])
    return context === undefined ? runUnframed(body) : runInFrame(frame, body)
  }

  async #load(): Promise<(...args: never[]) => unknown> {
    const { work, scope } = this.#message
    if (work.kind === 'source') {
      const { compile } = await import('./compile.js')
      return compile(work.program, scope ?? new Map())
    }
    const { kind, name, module } = work
    return kind === 'export' ? loadExport(name, module as string) : loadCoroutine(name, module)
  }

  #task(): RunningTask {
    const { work, context } = this.#message
    return new CoroutineTask(this.#end, {
      name: work.name,
      executor: 'coroutine',
      cancellation: new Cancellation(),
      deadline: context?.deadline,
      headers: context?.headers,
      parent: context?.parentId === undefined ? undefined : { id: context.parentId },
    })
  }

  #postResult(value: unknown, isLast: boolean): void {
    postParcel(
      [value],
      () => 'result',
      undefined,
      ({ values, transfer, ends }) => {
        const message: ThreadMessage = {
          type: 'settled',
          isLast,
          ok: true,
          value: values[0],
          end: ends.get(0),
        }
        parentPort?.postMessage(message, transfer)
      },
    )
  }

  #settle(tell: (isLast: boolean) => void, error: unknown, isClean: boolean): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#end.close({ error })
    closeOtherEnds()
    const isLast = this.#end.isDelivered && threads.areIdle
    try {
      tell(isLast)
    } catch (refusal) {
      const encoded = encodeError(refusal)
      post({ type: 'settled', isLast, ok: false, error: encoded, isClean: false })
    }
    void this.#finish(isClean)
  }

  async #finish(isClean: boolean): Promise<void> {
    await this.#end.delivered()
    await threads.whenIdle()
    const isReusable = this.#isShared && isClean && (await isAsAtBoot())
    this.isFinished = true
    this.#end.leavePort()
    // Some may have come last.
    closeOtherEnds()
    selfHolder.current = undefined
    post({ type: 'finished', isReusable })
  }

  /** Whether the body ended with the reason it was given, or with an abort that came from it. */
  #isCancel(error: unknown): boolean {
    const { cancelled } = this.#end
    if (cancelled === undefined) return false
    return error === cancelled.why() || (error instanceof Error && error.name === 'AbortError')
  }
}

/** A task whose signal is that of the channel. */
class CoroutineTask extends RunningTask {
  readonly #end: SelfEnd

  constructor(end: SelfEnd, init: ConstructorParameters<typeof RunningTask>[0]) {
    super(init)
    this.#end = end
  }

  override get signal(): AbortSignal {
    return this.#end.signal
  }
}

function closeOtherEnds(): void {
  for (const end of [...(openEnds ?? [])]) if (end.isPortable) end.close()
}

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}
