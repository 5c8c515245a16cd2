import { hostname } from 'node:os'
import { type CloseOptions, channels, type Load, TaskCancelledError } from '@conc/core'
import {
  Conditions,
  checkCloseOptions,
  deferred,
  publish,
  registry,
  Timer,
} from '@conc/core/internal'
import { type Job, Worker } from 'bullmq'
import { publishError } from '../engine/connection.js'
import { renewMs, type WorkerInfo, type WorkerLeases } from '../engine/worker-leases.js'
import { backoffOf } from './job-failure.js'
import { JobRunner } from './job-runner.js'
import { JobSlots } from './job-slots.js'
import { NestedJobs } from './nested-jobs.js'
import { lookForStalled } from './stalled-jobs.js'
import { type RunnerHost, TakenJob } from './taken-job.js'
import type { WorkerLink } from './worker-link.js'

/** A worker of a queue in this process. */
export interface BullWorker extends AsyncDisposable {
  readonly name: string
  readonly load: Load
  /** Resolves when it has closed, whoever closed it. */
  readonly closed: Promise<void>
  /**
   * Takes no new jobs, finishes those it has (`pending: 'run'`) within `timeoutMs`, then gives the rest back to the queue
   * without a burnt attempt; with `'reject'` it gives back at once. Resolves when its bodies have ended.
   */
  close(options?: CloseOptions): Promise<void>
}

export interface WorkerParts {
  readonly host: RunnerHost
  readonly link: WorkerLink
  readonly leases: WorkerLeases
  readonly concurrency: number
  /** Closes what was made for the worker alone. */
  readonly release: () => Promise<void>
}

/** Takes jobs from the queue, hands them to an executor, and tells Redis that it lives. */
export class QueueWorker implements BullWorker {
  readonly name: string
  readonly closed: Promise<void>
  readonly #parts: WorkerParts
  readonly #worker: Worker
  readonly #slots: JobSlots
  readonly #nested: NestedJobs
  readonly #idle = new Conditions()
  readonly #end = deferred()
  #renewal: Timer | undefined
  #closing: Promise<void> | undefined
  #isGivingBack = false

  constructor(parts: WorkerParts) {
    this.#parts = parts
    this.name = parts.host.name
    this.closed = this.#end.promise
    this.#slots = new JobSlots(parts.concurrency, (limit) => this.#limitTo(limit))
    const { settings, executor } = parts.host
    this.#nested = new NestedJobs(settings, this.#slots, executor)
    this.#worker = this.#make()
  }

  get load(): Load {
    const { concurrency } = this.#parts
    return {
      concurrency,
      running: this.#slots.running,
      waiting: 0,
      queueLimit: Number.POSITIVE_INFINITY,
    }
  }

  get #isClosing(): boolean {
    return this.#closing !== undefined
  }

  /** Resolves when it takes jobs. */
  async start(): Promise<void> {
    await this.#worker.waitUntilReady()
    await this.#parts.host.ask(() => this.#renew())
    this.#worker.run().catch((error: unknown) => publishError(this.name, error))
  }

  close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options)
    this.#closing ??= this.#shutDown()
    this.#expireAfter(
      options.pending === 'reject' ? 0 : (options.timeoutMs ?? Number.POSITIVE_INFINITY),
    )
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ timeoutMs: this.#parts.host.settings.shutdownTimeoutMs })
  }

  #make(): Worker {
    const { host, link, concurrency } = this.#parts
    const { lockMs, stalledMs, maxStalled, telemetry } = host.settings
    const worker = new Worker(
      host.keys.queue,
      (job, token) => this.#process(job, token as string),
      {
        connection: link.blocking.redis,
        prefix: host.keys.prefix,
        name: this.name,
        autorun: false,
        concurrency,
        lockDuration: lockMs,
        stalledInterval: stalledMs,
        maxStalledCount: maxStalled,
        skipVersionCheck: true,
        settings: { backoffStrategy: (made, _type, _error, job) => backoffOf(made, job as Job) },
        ...(telemetry && { telemetry }),
      },
    )
    worker.on('error', (error) => publishError(this.name, error))
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) host.desk.lockLost(id)
    })
    worker.on('locksRenewed', () => {
      host.desk.endOrphans().catch((error: unknown) => publishError(this.name, error))
    })
    worker.on('stalled', (id) =>
      publish(channels.worker, 'stalled', this.name, () => ({ job: id })),
    )
    return worker
  }

  async #process(job: Job, token: string): Promise<unknown> {
    const slot = this.#slots.take()
    const nested = this.#nested.of(slot, job.priority > 0)
    const runner = new JobRunner(new TakenJob(this.#parts.host, { job, token, nested }))
    if (this.#isGivingBack) runner.stop(givenBack())
    try {
      return await runner.run()
    } finally {
      slot.end()
      this.#idle.check()
    }
  }

  #limitTo(limit: number): void {
    const isFull = this.#slots.running >= this.#worker.concurrency
    const isMore = limit > this.#worker.concurrency
    this.#worker.concurrency = limit
    if (isFull && isMore) this.#lookAgain().catch((error) => publishError(this.name, error))
  }

  /** BullMQ looks for jobs again when one of those it has ends, which these wait for; and after a pause. */
  async #lookAgain(): Promise<void> {
    if (this.#isClosing) return
    await this.#worker.pause(true)
    if (!this.#isClosing) await this.#worker.resume()
  }

  async #shutDown(): Promise<void> {
    this.#renewal?.clear()
    const { link, leases, host } = this.#parts
    await link.commands.whileConnected(() => leases.withdraw(this.name))
    await link.blocking.whileConnected(() => this.#worker.pause(true))
    const stopLooking = lookForStalled(this.#worker, host.settings.stalledMs)
    await this.#nested.drain().catch((error: unknown) => publishError(this.name, error))
    await this.#idle.until(() => this.#slots.running === 0)
    await this.#closeNested(this.#isGivingBack ? 'reject' : 'run')
    stopLooking()
    await this.#closeEngine()
    await this.#parts.release()
    this.#end.resolve()
  }

  /** Results are written before; one that is not by the time its lock has run out counts for nothing. */
  async #closeEngine(): Promise<void> {
    const { link, host } = this.#parts
    const close = (): Promise<void> => this.#worker.close(!link.blocking.isReady)
    await link.blocking.whileConnected(close, host.settings.lockMs)
    await endLockRenewal(this.#worker)
  }

  #expireAfter(ms: number): void {
    const timer = new Timer(ms, () => this.#giveBack())
    void this.closed.then(() => timer.clear())
  }

  #giveBack(): void {
    this.#isGivingBack = true
    for (const job of this.#parts.host.desk.running) job.stop(givenBack())
    void this.#closeNested('reject')
  }

  async #closeNested(pending: 'run' | 'reject'): Promise<void> {
    await this.#nested.close({ pending }).catch((error) => publishError(this.name, error))
  }

  async #renew(): Promise<void> {
    await this.#parts.leases.renew(this.#info())
    this.#renewLater()
  }

  #renewLater(): void {
    if (this.#isClosing) return
    this.#renewal = new Timer(renewMs, () => {
      this.#renew().catch((error: unknown) => {
        publishError(this.name, error)
        this.#renewLater()
      })
    })
  }

  #info(): WorkerInfo {
    const { name, load } = this
    return { name, tasks: knownTasks(), host: hostname(), pid: process.pid, load }
  }
}

/** Where its connection broke while it closed, BullMQ goes on to renew locks for ever, and a timer of that holds the process. */
async function endLockRenewal(worker: Worker): Promise<void> {
  const { lockManager } = worker as unknown as { lockManager?: { close?(): Promise<void> } }
  await lockManager?.close?.()
}

function knownTasks(): Record<string, string | null> {
  return Object.fromEntries(
    registry.names().map((name) => [name, registry.find(name)?.version ?? null]),
  )
}

function givenBack(): { kind: 'given-back'; reason: TaskCancelledError } {
  const reason = new TaskCancelledError('The worker was shut down before the job ended.', {
    origin: 'shutdown',
  })
  return { kind: 'given-back', reason }
}
