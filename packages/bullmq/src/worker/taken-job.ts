import type { Executor } from '@conc/core'
import type { NestedHome } from '@conc/core/internal'
import type { Job } from 'bullmq'
import type { Redis } from 'ioredis'
import type { BlobStore } from '../engine/blob-store.js'
import type { Ask } from '../engine/connection.js'
import type { Keys } from '../engine/keys.js'
import { asFailure } from '../envelope/failure-text.js'
import { cancelName, type JobEnvelope } from '../envelope/job-envelope.js'
import type { WorkerSettings } from '../options/worker-options.js'
import type { CancelDesk } from './cancel-desk.js'
import type { JobMemory } from './job-memory.js'
import type { UnknownTasks } from './unknown-tasks.js'

/** What the jobs of a worker share. */
export interface RunnerHost {
  readonly name: string
  readonly settings: WorkerSettings
  readonly executor: Executor
  readonly blobs: BlobStore
  readonly redis: Redis
  readonly ask: Ask
  readonly keys: Keys
  readonly desk: CancelDesk
  readonly memory: JobMemory
  readonly unknown: UnknownTasks
  /** From this process's clock to that of Redis, ms. */
  readonly clockOffsetMs: number
}

/** A job that this worker has locked. */
export class TakenJob {
  readonly host: RunnerHost
  readonly job: Job
  readonly token: string
  /** Where its nested calls go. */
  readonly nested: NestedHome

  constructor(
    host: RunnerHost,
    { job, token, nested }: Pick<TakenJob, 'job' | 'token' | 'nested'>,
  ) {
    this.host = host
    this.job = job
    this.token = token
    this.nested = nested
  }

  get id(): string {
    return this.job.id as string
  }

  get name(): string {
    return this.job.name
  }

  get envelope(): JobEnvelope {
    return this.job.data as JobEnvelope
  }

  get cancelName(): string {
    const { id, job, envelope } = this
    return cancelName(id, envelope.k ? job.timestamp : undefined)
  }

  /** What errors say of it. */
  get identity(): { task: string; executor: string; worker: string } {
    const { name } = this.host
    return { task: this.name, executor: name, worker: name }
  }

  get where(): string {
    return `task '${this.name}', worker ${this.host.name}`
  }

  /** A failure after which the job is not run again. */
  refused(error: unknown): Error {
    return asFailure(error, true, this.where)
  }
}
