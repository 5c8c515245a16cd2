import { Worker } from 'node:worker_threads'
import {
  type Capabilities,
  decodeError,
  type EncodedError,
  encodeError,
  SerializationError,
  type SubmitOptions,
  UnsupportedWorkError,
  type Work,
  WorkerLostError,
} from '@conc/core'
import type { ExecutorSetup } from '@conc/core/conformance'
import {
  attemptNumber,
  type Call,
  captureContext,
  definitionOf,
  type Entered,
  findUncloneable,
  isRefused,
  LineExecutor,
  type Producer,
  Timer,
} from '@conc/core/internal'

type Answer = { value: unknown } | { error: EncodedError }
type Message = { started: true } | { progress: unknown } | Answer

/** A thread for each attempt: the smallest executor whose bodies run somewhere else and can be lost. */
export class ThreadPerCall extends LineExecutor {
  readonly #graceMs: number
  readonly #entry: URL

  constructor({ concurrency, queueLimit, graceMs }: ExecutorSetup, entry: URL = entryUrl) {
    super({ name: 'thread-per-call', size: concurrency, queueLimit })
    this.#graceMs = graceMs
    this.#entry = entry
  }

  get capabilities(): Capabilities {
    return {
      closures: false,
      streaming: false,
      durable: false,
      transfer: false,
      cancel: 'forceful',
      delivery: 'at-most-once',
      values: 'structured-clone',
      priority: true,
    }
  }

  override submit<A extends readonly unknown[], R>(
    work: Work<A, R>,
    args: A,
    options?: SubmitOptions,
  ): Promise<Awaited<R>> {
    const definition = definitionOf(work)
    if (!definition || definition.module) return super.submit(work, args, options)
    const text = `Task '${definition.name}' was declared in no file: declare it in one by task(…).`
    return Promise.reject(new UnsupportedWorkError(text, { executor: this.name }))
  }

  protected override async run(entered: Entered): Promise<unknown> {
    const found = findUncloneable(entered.args, 'args')
    const { path = '', what = '' } = found ?? {}
    if (found) throw new SerializationError(`${path} is ${what}.`, { path })
    return await this.#inThread(
      entered,
      new Worker(this.#entry, { workerData: this.#data(entered) }),
    )
  }

  protected override produce<Y>(): Promise<Producer<Y>> {
    return Promise.reject(new UnsupportedWorkError('No streams here.', { executor: this.name }))
  }

  #data({ call, args, attempt }: Entered): object {
    const { definition, deadline, headers, parent } = call
    return {
      name: definition?.name,
      module: definition?.module,
      args,
      executor: this.name,
      attempt: call.options[attemptNumber] ?? attempt,
      deadline,
      headers,
      parent: parent && { id: parent.id },
      travel: captureContext(call),
    }
  }

  /** Settles when the thread has gone, as its body is over then in any case. */
  #inThread({ call }: Entered, worker: Worker): Promise<unknown> {
    let grace: Timer | undefined
    let answer: Answer | undefined
    let started = false
    let cause: unknown
    call.cancellation.add({
      cancelled: (reason) => {
        worker.postMessage(encodeError(reason))
        grace = new Timer(this.#graceMs, () => void worker.terminate())
      },
    })
    worker.on('message', (message: Message) => {
      if ('started' in message) started = true
      else if ('progress' in message) call.progress?.(message.progress)
      else answer = message
    })
    worker.on('error', (error) => {
      cause = error
    })
    return new Promise((resolve, reject) => {
      worker.on('exit', (exitCode) => {
        grace?.clear()
        if (answer && 'value' in answer) resolve(answer.value)
        else if (answer) reject(this.#failureOf(call, decodeError(answer.error)))
        else reject(new WorkerLostError('The thread is gone.', { exitCode, started, cause }))
      })
    })
  }

  /** What came back from the thread. */
  #failureOf(call: Call, error: unknown): unknown {
    if (!isRefused(error, call.taskName)) call.threw(error)
    return error
  }
}

const entryUrl = new URL('./thread-per-call.entry.mjs', import.meta.url)
