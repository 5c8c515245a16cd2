import {
  AuthenticationError,
  type Executor,
  ExecutorError,
  PoisonTaskError,
  TaskTimeoutError,
  WorkerLostError,
} from '@conc/core'
import {
  attemptNumber,
  Cancellation,
  deferred,
  type ForwardedOptions,
  type Frame,
  type NestedHome,
  nestedHome,
  onBodyEnd,
  RunningTask,
  reportsEnd,
  runInFrame,
  type TaskDefinition,
  taskDefinition,
} from '@conc/core/internal'
import { type Job, WaitingError } from 'bullmq'
import type { Redis } from 'ioredis'
import type { BlobStore } from '../engine/blob-store.js'
import type { Keys } from '../engine/keys.js'
import { asFailure } from '../envelope/failure-text.js'
import { decodeVars, isEnvelope, type JobEnvelope } from '../envelope/job-envelope.js'
import { type Payload, pack, unpack } from '../envelope/payload.js'
import { isSigned, signed } from '../envelope/signature.js'
import type { WorkerSettings } from '../options/worker-options.js'
import { StreamSender } from '../streams/stream-sender.js'
import type { CancelDesk, RunningJob, StopReason } from './cancel-desk.js'
import { failureOf, isLoss, isRefusal } from './job-failure.js'
import type { JobMemory } from './job-memory.js'
import { ProgressReporter } from './progress-reporter.js'
import type { UnknownTasks } from './unknown-tasks.js'

/** Larger results go to the blob store: every submitter reads every event. */
const resultInlineBytes = 16 * 1024
const maxResultBytes = 16 * 1024 * 1024

/** What the jobs of a worker share. */
export interface RunnerHost {
  readonly name: string
  readonly settings: WorkerSettings
  readonly executor: Executor
  readonly blobs: BlobStore
  readonly redis: Redis
  readonly keys: Keys
  readonly desk: CancelDesk
  readonly memory: JobMemory
  readonly unknown: UnknownTasks
  /** From this process's clock to that of Redis, ms. */
  readonly clockOffsetMs: number
}

/** A job that this worker has locked. */
export interface TakenJob {
  readonly job: Job
  readonly token: string
  /** Where its nested calls go. */
  readonly nested: NestedHome
}

/** What a result is stored as. */
type Result = Payload & { readonly v: 1; readonly s?: string }

/** One attempt of one job on the worker's executor. */
export class JobRunner implements RunningJob {
  readonly id: string
  readonly #host: RunnerHost
  readonly #job: Job
  readonly #token: string
  readonly #nested: NestedHome
  readonly #abort = new AbortController()
  #stopped: StopReason | undefined
  #sender: StreamSender | undefined
  #blobs = 0

  constructor(host: RunnerHost, { job, token, nested }: TakenJob) {
    this.#host = host
    this.#job = job
    this.#token = token
    this.#nested = nested
    this.id = job.id as string
  }

  get owner(): string | undefined {
    return this.#envelope.x ? this.#envelope.o : undefined
  }

  stop(why: StopReason): void {
    if (this.#stopped) return
    this.#stopped = why
    this.#abort.abort(why.reason)
  }

  credited(upTo: number): void {
    this.#sender?.credited(upTo)
  }

  /** @returns what BullMQ stores as the job's value; rejects with what it stores as its failure, or with its own signs. */
  async run(): Promise<Result> {
    const definition = await this.#definition()
    const { desk } = this.#host
    try {
      const why = await desk.enter(this, this.#job.attemptsStarted > 1)
      if (why) this.stop(why)
      return await this.#attempt(definition)
    } finally {
      desk.leave(this)
    }
  }

  get #envelope(): JobEnvelope {
    return this.#job.data as JobEnvelope
  }

  get #where(): string {
    return `task '${this.#job.name}', worker ${this.#host.name}`
  }

  /** Looks the job over: ours, genuine, and of a task that is known here. */
  async #definition(): Promise<TaskDefinition> {
    const { data, name } = this.#job
    const { settings, unknown } = this.#host
    if (!isEnvelope(data))
      throw this.#refused(new ExecutorError('This job was not made by @conc/bullmq.'))
    if (!isSigned(data, `${this.id} ${name}`, settings.signingKey)) {
      throw this.#refused(
        new AuthenticationError('The job is not signed with the key of this worker.'),
      )
    }
    return await unknown.find(this.#job, this.#token)
  }

  async #attempt(definition: TaskDefinition): Promise<Result> {
    const { memory } = this.#host
    if (this.#stopped) throw this.#ending()
    const isSecond = definition.idempotent === false && (await memory.hasBegun(this.#job))
    if (isSecond) throw this.#refused(this.#lostBefore())
    try {
      return await this.#result(await this.#submit(definition))
    } catch (error) {
      throw await this.#failed(definition, error)
    }
  }

  async #submit(definition: TaskDefinition): Promise<unknown> {
    const { blobs } = this.#host
    const args = (await unpack(this.#envelope, 'args', blobs)) as unknown[]
    const progress = new ProgressReporter(this.#job)
    const work = Object.assign(neverCalled.bind(undefined), { [taskDefinition]: definition })
    const options = this.#options(progress)
    try {
      if (definition.isStream) return await this.#stream(work, args, options)
      return await this.#call(work, args, options)
    } finally {
      await progress.end()
    }
  }

  /**
   * Settles when the body has ended, which after a cancel is later than the call: until then the job is not over, and
   * must not be given to others.
   */
  async #call(
    work: (...args: unknown[]) => unknown,
    args: unknown[],
    options: ForwardedOptions,
  ): Promise<unknown> {
    const { executor } = this.#host
    const bodyEnd = deferred()
    const told = reportsEnd in executor ? { ...options, [onBodyEnd]: bodyEnd.resolve } : options
    try {
      return await runInFrame(this.#frame(), () => executor.submit(work, args, told))
    } finally {
      if (told !== options) await bodyEnd.promise
    }
  }

  /** Sends items as they are wanted; the job itself returns nothing. */
  async #stream(
    work: (...args: unknown[]) => AsyncIterable<unknown>,
    args: unknown[],
    options: ForwardedOptions,
  ): Promise<undefined> {
    const { redis, keys, executor } = this.#host
    const { attemptsStarted } = this.#job
    const sender = new StreamSender(redis, keys, this.id, attemptsStarted, this.#envelope.o ?? '')
    this.#sender = sender
    const items = runInFrame(this.#frame(), () => executor.stream(work, args, options))
    try {
      for (;;) {
        await sender.wanted(this.#abort.signal)
        const { done, value } = await items.next()
        if (done) return
        sender.send(await this.#packed(value, 'item'))
      }
    } finally {
      await items.return()
      await sender.flushed()
    }
  }

  #options(progress: ProgressReporter): ForwardedOptions {
    const { d, h, g, a } = this.#envelope
    const leftMs = d === undefined ? Number.POSITIVE_INFINITY : d - this.#now()
    if (leftMs <= 0) throw this.#late()
    return {
      retry: 0,
      signal: this.#abort.signal,
      timeoutMs: leftMs,
      [attemptNumber]: a ?? this.#job.attemptsStarted,
      [nestedHome]: this.#nested,
      ...(h && { headers: h }),
      ...(g && { onProgress: (data) => progress.report(data) }),
    }
  }

  /** What surrounds the call over there: the variables of its caller, and who that was. */
  #frame(): Frame {
    const { i } = this.#envelope
    const vars = decodeVars(this.#envelope)
    const { name } = this.#host
    const cancellation = new Cancellation()
    return {
      ...(vars && { vars }),
      ...(i !== undefined && {
        task: new RunningTask({ name: 'caller', executor: name, cancellation, id: i }),
      }),
    }
  }

  async #result(value: unknown): Promise<Result> {
    const payload = await this.#packed(value, 'result')
    const { signingKey } = this.#host.settings
    return signed({ v: 1 as const, ...payload }, `result ${this.id}`, signingKey)
  }

  async #packed(value: unknown, root: 'result' | 'item'): Promise<Payload> {
    const owner = { task: this.#job.name, executor: this.#host.name, started: true }
    const limits = { inlineBytes: resultInlineBytes, maxPayloadBytes: maxResultBytes }
    const packed = pack(value, root, limits, owner)
    return packed.isInline ? packed.payload : await this.#blob(packed.bytes, root)
  }

  async #blob(bytes: Uint8Array, root: string): Promise<Payload> {
    const { removeOnComplete } = this.#job.opts
    const age =
      typeof removeOnComplete === 'object' && 'age' in removeOnComplete ? removeOnComplete.age : 600
    const id = `${this.id}-${root}-${this.#blobs++}`
    await this.#host.blobs.put(id, bytes, age * 1000)
    return { r: id }
  }

  /** What a failure means for the job. Gives it back to the queue where it is to run again. */
  async #failed(definition: TaskDefinition, error: unknown): Promise<Error> {
    if (this.#stopped) return await this.#afterStop(definition)
    if (isLoss(error)) return await this.#afterLoss(definition, error)
    if (isRefusal(error)) return await this.#giveBack()
    return failureOf(this.#job, definition, error, this.#where)
  }

  async #afterStop(definition: TaskDefinition): Promise<Error> {
    if (this.#stopped?.kind !== 'given-back') return this.#ending()
    if (definition.idempotent === false) return this.#refused(this.#lostBefore())
    return await this.#giveBack()
  }

  /** The thread is gone: the job is not, and runs again until it counts as the cause. */
  async #afterLoss(definition: TaskDefinition, error: WorkerLostError): Promise<Error> {
    if (definition.idempotent === false) return this.#refused(error)
    if (!(await this.#host.memory.countLoss(this.id))) return await this.#giveBack()
    return this.#refused(
      new PoisonTaskError(
        `Task '${this.#job.name}' ended its thread three times and is not run again.`,
        {
          ...this.#identity,
          started: true,
          cause: error,
        },
      ),
    )
  }

  async #giveBack(): Promise<Error> {
    await this.#job.moveToWait(this.#token)
    return new WaitingError()
  }

  #ending(): Error {
    return this.#refused(this.#stopped?.reason)
  }

  #refused(error: unknown): Error {
    return asFailure(error, true, this.#where)
  }

  #late(): TaskTimeoutError {
    return new TaskTimeoutError(`Task '${this.#job.name}' timed out while waiting.`, {
      ...this.#identity,
      phase: 'waiting',
    })
  }

  #lostBefore(): WorkerLostError {
    return new WorkerLostError(
      `The worker that had begun task '${this.#job.name}' is gone, and the task may not run twice.`,
      { ...this.#identity, started: true },
    )
  }

  get #identity(): { task: string; executor: string; worker: string } {
    return { task: this.#job.name, executor: this.#host.name, worker: this.#host.name }
  }

  #now(): number {
    return Date.now() + this.#host.clockOffsetMs
  }
}

function neverCalled(..._args: unknown[]): never {
  throw new Error('Stands for a task that the executor runs.')
}
