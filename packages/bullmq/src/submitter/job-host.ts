import type { JobsOptions } from 'bullmq'
import type { JobEnvelope } from '../envelope/job-envelope.js'
import type { BullSettings } from '../options/bull-options.js'
import type { BullJob } from './bull-job.js'
import type { Canceller } from './canceller.js'
import type { Dispatcher } from './dispatcher.js'
import type { QueueLink } from './queue-link.js'

/** What all jobs of an executor share. */
export interface JobHost {
  readonly name: string
  readonly settings: BullSettings
  readonly link: QueueLink
  readonly dispatcher: Dispatcher
  readonly canceller: Canceller
  /** Those that have not ended. */
  readonly jobs: Set<BullJob>
  /** How many jobs run or wait has changed. */
  changed(): void
}

/** What is put into the queue, and how. */
export interface JobOrder {
  readonly id: string
  readonly envelope: JobEnvelope
  readonly options: JobsOptions
  /** Joins the job of the same key, where there is one. */
  readonly isKeyed: boolean
  /** The arguments, where they are too large for the job. */
  readonly blob: { readonly id: string; readonly bytes: Uint8Array } | undefined
}
