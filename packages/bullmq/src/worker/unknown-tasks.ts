import { ProtocolError, UnknownTaskError } from '@conc/core'
import { registry, type TaskDefinition } from '@conc/core/internal'
import type { Job } from 'bullmq'
import type { WorkerLeases } from '../engine/worker-leases.js'
import { asFailure } from '../envelope/failure-text.js'
import { type JobEnvelope, nameAndVersion, protocol } from '../envelope/job-envelope.js'
import { putOff } from './job-return.js'
import type { TakenJob } from './taken-job.js'

const longestPauseMs = 15_000

/** Finds the task of a job; a job that only other workers can run is put off, so that a rolling deploy fails nothing. */
export class UnknownTasks {
  readonly #leases: WorkerLeases
  readonly #limitMs: number
  readonly #worker: string

  /** @param limitMs how old a job may become before it fails. */
  constructor(leases: WorkerLeases, limitMs: number, worker: string) {
    this.#leases = leases
    this.#limitMs = limitMs
    this.#worker = worker
  }

  /** @returns the task, where it runs here. */
  known(job: Job): TaskDefinition | undefined {
    const { v, n } = job.data as JobEnvelope
    const definition = registry.find(job.name)
    const isKnown = definition && nameAndVersion(definition.name, definition.version) === n
    return v === protocol && isKnown ? definition : undefined
  }

  /** Puts the job off. @returns rejects with BullMQ's sign for that, or with the job's failure when it is too old. */
  async wait(taken: TakenJob): Promise<never> {
    const { job } = taken
    const { v, n } = job.data as JobEnvelope
    if (Date.now() - job.timestamp >= this.#limitMs) throw await this.#failure(v, n)
    throw await putOff(taken, longestPauseMs)
  }

  async #failure(v: number, n: string): Promise<Error> {
    const where = `worker ${this.#worker}`
    if (v !== protocol) {
      return asFailure(
        new ProtocolError(`No worker speaks protocol ${v} of this job.`, { started: false }),
        true,
        where,
      )
    }
    const known = await this.#known()
    const message = `No worker knows task '${n}'. Live workers know: ${known.join(', ') || 'none'}.`
    return asFailure(new UnknownTaskError(message, { task: n, started: false }), true, where)
  }

  async #known(): Promise<string[]> {
    const workers = await this.#leases.list()
    const names = workers.flatMap(({ tasks }) =>
      Object.entries(tasks).map(([name, version]) => nameAndVersion(name, version ?? undefined)),
    )
    return [...new Set(names)].sort()
  }
}
