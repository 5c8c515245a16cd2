import { TaskTimeoutError } from '@conc/core'
import {
  attemptNumber,
  attemptOf,
  type BodyFailures,
  Cancellation,
  deferred,
  type ForwardedOptions,
  type Frame,
  follows,
  nestedHome,
  onBodyEnd,
  onBodyStart,
  RunningTask,
  reportsEnd,
  runInFrame,
  type TaskDefinition,
  taskDefinition,
} from '@conc/core/internal'
import { decodeVars } from '../envelope/job-envelope.js'
import { unpack, unpackInline } from '../envelope/payload.js'
import { StreamSender } from '../streams/stream-sender.js'
import type { JobResults } from './job-results.js'
import { ProgressReporter } from './progress-reporter.js'
import type { TakenJob } from './taken-job.js'

/** The body of a job on the worker's executor. */
export class JobBody implements BodyFailures {
  /** What its `signal` follows. */
  readonly cancellation: Cancellation = new Cancellation()
  readonly #taken: TakenJob
  readonly #results: JobResults
  #progress: ProgressReporter | undefined
  #sender: StreamSender | undefined
  #thrown: { readonly error: unknown } | undefined
  #mayHaveBegun = false

  constructor(taken: TakenJob, results: JobResults) {
    this.#taken = taken
    this.#results = results
  }

  credited(upTo: number): void {
    this.#sender?.credited(upTo)
  }

  threw(error: unknown): void {
    this.#thrown = { error }
  }

  /** Whether the executor has said that the body threw `error`. */
  hasThrown(error: unknown): boolean {
    return this.#thrown !== undefined && this.#thrown.error === error
  }

  /** `false` where no code of it has run. To be asked when it has ended. */
  get mayHaveBegun(): boolean {
    return this.#mayHaveBegun
  }

  /**
   * @returns its value, or `undefined` for that of a stream, when the body has ended: after a cancel that is later than
   * the call, and until then the job must not be given to others.
   */
  async run(definition: TaskDefinition): Promise<unknown> {
    const { envelope, host } = this.#taken
    const args = (
      envelope.r === undefined
        ? unpackInline(envelope, 'args')
        : await unpack(envelope, 'args', host.blobs)
    ) as unknown[]
    try {
      return await (definition.isStream
        ? this.#stream(definition, args)
        : this.#call(definition, args))
    } finally {
      await this.#progress?.end()
    }
  }

  async #call(definition: TaskDefinition, args: unknown[]): Promise<unknown> {
    const { executor } = this.#taken.host
    const options = { ...this.#options(), ...this.#start(definition) }
    const submit = (how: ForwardedOptions): Promise<unknown> =>
      this.#around(() => executor.submit(workOf(definition), args, how))
    if (!(reportsEnd in executor)) return await submit(options)
    const bodyEnd = deferred()
    try {
      return await submit({ ...options, [onBodyEnd]: bodyEnd.resolve })
    } finally {
      await bodyEnd.promise
    }
  }

  /** Sends items as they are wanted; the job itself returns nothing. */
  async #stream(definition: TaskDefinition, args: unknown[]): Promise<undefined> {
    const { executor } = this.#taken.host
    const sender = new StreamSender(this.#taken)
    this.#sender = sender
    const { signal } = this.cancellation
    const options = this.#options()
    const items = this.#around(() =>
      executor.stream(workOf<AsyncIterable<unknown>>(definition), args, options),
    )
    try {
      for (;;) {
        await sender.wanted(signal)
        this.#mayHaveBegun = true
        const { done, value } = await items.next()
        if (done) return
        sender.send(await this.#results.item(value))
      }
    } finally {
      await items.return()
      await sender.flushed()
    }
  }

  #options(): ForwardedOptions {
    const { job, nested, envelope, host } = this.#taken
    const { d, h, g, a } = envelope
    const leftMs = d === undefined ? Number.POSITIVE_INFINITY : d - Date.now() - host.clockOffsetMs
    if (leftMs <= 0) throw this.#late()
    return {
      retry: 0,
      ...this.#stop(),
      [attemptNumber]: a ?? job.attemptsStarted,
      [attemptOf]: this,
      [nestedHome]: nested,
      timeoutMs: leftMs,
      ...(h && { headers: h }),
      ...(g && { onProgress: (data) => this.#report(data) }),
    }
  }

  /** Executors that say when bodies end are ours, and spare the signal. */
  #stop(): ForwardedOptions {
    const { executor } = this.#taken.host
    if (reportsEnd in executor) return { [follows]: this.cancellation }
    return { signal: this.cancellation.signal }
  }

  /** It matters of tasks that may not run twice. What runs elsewhere may begin, and no word of that come here. */
  #start({ idempotent }: TaskDefinition): ForwardedOptions {
    const { executor } = this.#taken.host
    const isTold = reportsEnd in executor && executor.capabilities.values !== 'wire'
    this.#mayHaveBegun = idempotent !== false || !isTold
    if (this.#mayHaveBegun) return {}
    return {
      [onBodyStart]: () => {
        this.#mayHaveBegun = true
      },
    }
  }

  #report(data: unknown): void {
    this.#progress ??= new ProgressReporter(this.#taken.job)
    this.#progress.report(data)
  }

  /** Runs `fn` in what surrounds the call over there, if anything does: the variables of its caller, and who that was. */
  #around<T>(fn: () => T): T {
    const { envelope, host } = this.#taken
    const { i: id } = envelope
    const vars = decodeVars(envelope)
    if (id === undefined && vars === undefined) return fn()
    const caller = { name: 'caller', executor: host.name, cancellation: new Cancellation() }
    const frame: Frame = {
      ...(vars && { vars }),
      ...(id !== undefined && { task: new RunningTask({ ...caller, id }) }),
    }
    return runInFrame(frame, fn)
  }

  #late(): TaskTimeoutError {
    const { name, identity } = this.#taken
    return new TaskTimeoutError(`Task '${name}' timed out while waiting.`, {
      ...identity,
      phase: 'waiting',
    })
  }
}

/** Stands for the task, which the executor finds by its definition. */
function workOf<T = unknown>(definition: TaskDefinition): (...args: unknown[]) => T {
  const never = (): never => {
    throw new Error('Stands for a task that the executor runs.')
  }
  return Object.assign(never, { [taskDefinition]: definition })
}
