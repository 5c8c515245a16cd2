import { WorkerLostError } from '@conc/core'
import type { PoolCall } from '../../coordinator/pool-call.js'
import type { WorkerExit } from './worker-process.js'

/** Why a worker ended, and what is said of that to whoever had work there. */
export class WorkerEnd {
  readonly #pool: string
  readonly #worker: number
  /** What it said of its own end. */
  #fatal: { readonly error: unknown } | undefined
  /** Why it was ended, where the pool decided that. */
  #verdict: string | undefined
  /** Why what it said could not be read. */
  problem: string | undefined

  constructor(pool: string, worker: number) {
    this.#pool = pool
    this.#worker = worker
  }

  /** Whether one of its bodies may have ended it. */
  get isTheirDoing(): boolean {
    return this.#verdict === undefined
  }

  said(error: unknown): void {
    this.#fatal = { error }
  }

  /** The first reason counts. */
  decided(verdict: string): void {
    this.#verdict ??= verdict
  }

  /** @param call the one that is told; without one, whoever has the worker. */
  errorFor({ exitCode, signal, stderr, error }: WorkerExit, call?: PoolCall): WorkerLostError {
    const cause = this.#fatal ? this.#fatal.error : error
    const what = call ? `Task '${call.request.task}' lost its worker` : 'The worker is gone'
    const reason = this.#reasonOf(exitCode, signal, cause)
    const end = call || stderr === '' || cause ? '' : ` Its stderr ends with: ${stderr.trim()}`
    return new WorkerLostError(`${what} (${this.#worker} of '${this.#pool}'): ${reason}${end}`, {
      exitCode,
      signal,
      started: call !== undefined && (call.hasBody || 'unknown'),
      executor: this.#pool,
      worker: this.#worker,
      ...(call && { task: call.request.task, attempt: call.request.attempt }),
      ...(cause !== undefined && { cause }),
    })
  }

  #reasonOf(exitCode: number | null, signal: string | null, cause: unknown): string {
    if (this.#verdict !== undefined) return this.#verdict
    if (this.problem !== undefined) return this.problem
    if (cause instanceof Error) return `${cause.name}: ${cause.message}`
    return signal === null ? `exit code ${exitCode}.` : `signal ${signal}.`
  }
}
