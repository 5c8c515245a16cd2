import type { Executor, TaskContext } from '@conc/core'
import type { Cancellation, RunningTask } from '@conc/core/internal'
import type { AnyBody } from '../builder/steps.js'
import type { MergeArguments } from '../merge/merge-arguments.js'
import type { Graph } from '../plan/graph.js'
import type { Places } from '../plan/places.js'
import type { Observer } from '../seeing/observer.js'
import type { Alarms } from './alarms.js'
import type { Around } from './around.js'
import type { Gate } from './gate.js'
import type { Ledger } from './ledger.js'

/** What the parts of a run see of it. */
export interface Host {
  readonly graph: Graph
  /** By task; those of a class template belong to this run's instance. */
  readonly bodies: readonly AnyBody[]
  readonly ledger: Ledger
  /** Tells the bodies to stop. */
  readonly cancellation: Cancellation
  readonly alarms: Alarms
  /** `undefined` where nobody listens. */
  readonly observer: Observer | undefined
  /** Somebody is told of tasks as they end, and looks at what became of their items then. */
  readonly isNoticed: boolean
  /** Where bodies get their slots; `undefined` where nothing around limits them. */
  readonly gate: Gate | undefined
  /** Where tasks run that name no executor. */
  readonly executor: Executor | undefined
  readonly executors: Readonly<Record<string, Executor>>
  /** Both of them, for those who only want to say where a task runs. */
  readonly places: Places
  /** Epoch ms that the run ends by. */
  readonly deadline: number | undefined
  /** The task around the run, a weave's or a declared one. */
  readonly parent: TaskContext | undefined
  /** The declared task around the run. */
  readonly taskAround: RunningTask | undefined
  /** Items that one mapped task may have. */
  readonly maxPending: number
  /** A failure stops only what depends on it. */
  readonly isIndependent: boolean
  /** Merges around. */
  readonly depth: number
  /** Whether results still count. */
  readonly isLive: boolean
  fulfilled(task: number, value: unknown): void
  rejected(task: number, error: unknown): void
  /** Waits for room on an executor with a queue limit. */
  room(executor: Executor, signal: AbortSignal): Promise<void>
  bodyBegan(): void
  bodyEnded(): void
  /** Runs an outside function as part of the body that `around` tells of. */
  merge(around: Around, given: MergeArguments): Promise<unknown>
}
