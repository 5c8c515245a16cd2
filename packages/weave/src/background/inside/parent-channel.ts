import { decodeError, TaskCancelledError } from '@conc/core'
import { type Deferred, deferred, type LogRecord } from '@conc/core/internal'
import type { FromWorker, ToWorker } from '../messages.js'
import type { Reporter } from './reporter.js'
import type { WorkerRun } from './worker-run.js'

/** The channel to the process that asked for the run, which may be gone. */
export class ParentChannel implements Reporter {
  /** The request; `undefined` where the parent went before it. */
  readonly request: Promise<Uint8Array | undefined>
  /** The request is on disk, or nobody will put it there any more. */
  readonly go: Promise<void>
  readonly #request: Deferred<Uint8Array | undefined> = deferred<Uint8Array | undefined>()
  readonly #go: Deferred<void> = deferred()
  /** Whoever is to be told of a cancel; until the run is there, that is told to it later. */
  #cancel: (reason: unknown) => void = (reason) => {
    this.#cancelled ??= { reason }
  }
  #cancelled: { readonly reason: unknown } | undefined
  #isBound = false

  constructor() {
    this.request = this.#request.promise
    this.go = this.#go.promise
    process.on('message', (message: ToWorker) => this.#receive(message))
    process.on('disconnect', () => this.#gone())
    if (!process.connected) this.#gone()
  }

  /** @param isBound the run ends with the parent. */
  obey(run: WorkerRun, isBound: boolean): void {
    this.#isBound = isBound
    this.#cancel = (reason) => run.cancel(reason)
    if (this.#cancelled) run.cancel(this.#cancelled.reason)
    if (isBound && !process.connected) this.#gone()
    // The run holds the process while there is something that it can wait for.
    process.channel?.unref()
  }

  started(): void {
    this.#tell({ type: 'started' })
  }

  report(report: Parameters<Reporter['report']>[0]): void {
    this.#tell({ type: 'report', report })
  }

  event(event: Parameters<Reporter['event']>[0]): void {
    this.#tell({ type: 'event', event })
  }

  /** @param sent called when it is on its way, or nobody is there to hear it. */
  said(record: LogRecord, sent: () => void): void {
    this.#tell({ type: 'said', record }, sent)
  }

  /** Resolves when it is said, or nobody is there to hear it. */
  ended(ended: Parameters<Reporter['ended']>[0]): Promise<void> {
    return new Promise((resolve) => this.#tell({ type: 'ended', ended }, resolve))
  }

  #receive(message: ToWorker): void {
    if (message.type === 'run') this.#request.resolve(message.request)
    else if (message.type === 'go') this.#go.resolve()
    else if (message.type === 'cancel') this.#cancel(decodeError(message.reason))
  }

  #gone(): void {
    this.#request.resolve(undefined)
    this.#go.resolve()
    if (this.#isBound) this.#cancel(orphaned())
  }

  #tell(message: FromWorker, said: () => void = () => {}): void {
    // Without the callback, a parent that is gone would be an uncaught error.
    if (process.connected && process.send) process.send(message, () => said())
    else said()
  }
}

function orphaned(): TaskCancelledError {
  return new TaskCancelledError('The process that asked for this run is gone.', {
    origin: 'parent',
  })
}
