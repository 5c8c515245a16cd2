import type { Composition } from '../plan/composition.js'
import type { Fault } from './faults.js'
import type { ServerSettings } from './server-here.js'

/** What a process apart is to do: to serve an executor, or to work on a queue with one. Plain data. */
export type HostJob =
  | { readonly role: 'server'; readonly on: Composition; readonly settings: ServerSettings }
  | {
      readonly role: 'worker'
      readonly on: Composition | undefined
      readonly settings: BullWorkerSettings
    }

/** Where a worker finds its jobs, and how many it takes. */
export interface BullWorkerSettings {
  readonly url: string
  readonly queue: string
  readonly concurrency: number
}

/** What a process apart is started with. */
export interface HostInput {
  readonly job: HostJob
  readonly runId: string
  readonly redis: string | undefined
}

/** What it is told. */
export interface HostOrder {
  readonly close: { readonly pending: 'run' | 'reject'; readonly timeoutMs: number }
}

/** What it says: that it is ready, and where (0: nowhere); what it noticed; that it has closed, and what holds it then. */
export type HostWord =
  | { readonly port: number }
  | { readonly fault: Fault }
  | { readonly resources: readonly string[] }
