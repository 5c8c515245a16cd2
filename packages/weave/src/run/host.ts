import type { Executor, TaskContext } from '@conc/core'
import type { Cancellation, Line } from '@conc/core/internal'
import type { Graph } from '../plan/graph.js'
import type { Places } from '../plan/places.js'
import type { Observer } from '../seeing/observer.js'
import type { Alarms } from './alarms.js'
import type { Ledger } from './ledger.js'

/** What the parts of a run see of it. */
export interface Host {
  readonly graph: Graph
  readonly ledger: Ledger
  /** Tells the bodies to stop. */
  readonly cancellation: Cancellation
  readonly alarms: Alarms
  /** `undefined` where nobody listens. */
  readonly observer: Observer | undefined
  /** The slots of `concurrency`; `undefined` where it has no limit. */
  readonly slots: Line | undefined
  /** Where tasks run that name no executor. */
  readonly executor: Executor | undefined
  readonly executors: Readonly<Record<string, Executor>>
  /** Both of them, for those who only want to say where a task runs. */
  readonly places: Places
  /** Epoch ms that the run ends by. */
  readonly deadline: number | undefined
  /** The task around the run. */
  readonly parent: TaskContext | undefined
  /** Whether results still count. */
  readonly isLive: boolean
  fulfilled(task: number, value: unknown): void
  rejected(task: number, error: unknown): void
  /** Waits for room on an executor with a queue limit. */
  room(executor: Executor, signal: AbortSignal): Promise<void>
  /** A task's bodies have ended: its slot is free. */
  leave(): void
}
