import type { Graph } from '../plan/graph.js'

/** Where a task stands. */
export const waiting = 0
export const running = 1
export const fulfilled = 2
export const rejected = 3
/** Told to stop while it ran. */
export const cancelled = 4
/** Never started. */
export const skipped = 5
/** Not wanted in this run. */
export const leftOut = 6

/** What became of the items of a mapped task. */
export interface ItemRecord {
  readonly count: number
  /** By position; a hole where an item has not finished. */
  readonly results: readonly unknown[]
  /** Milliseconds per finished item, in observed runs. */
  readonly durations: readonly number[] | undefined
}

/** Everything a run knows about its tasks, by number. Results are read from it after the run is over. */
export class Ledger {
  readonly graph: Graph
  readonly status: Uint8Array
  readonly values: unknown[]
  /** Times from the start of the run, in ms. */
  readonly readyAt: Float64Array
  readonly startedAt: Float64Array
  readonly endedAt: Float64Array
  /** Of tasks that needed more than one. */
  readonly attempts: Map<number, number> = new Map()
  readonly items: Map<number, ItemRecord> = new Map()
  readonly inputs: Readonly<Record<string, unknown>>
  /** Values that the run was given instead of running their tasks. */
  given: ReadonlyMap<number, unknown> = new Map()
  /** What rejected tasks failed with. */
  readonly errors: Map<number, unknown> = new Map()
  /** The failed task behind each skipped one, where the run went on. */
  readonly causes: Map<number, number> = new Map()
  /** The task whose failure ended the run. */
  stoppedBy: number | undefined
  /** The first failure, or what else ended the run. */
  error: unknown
  /** What running bodies were told. */
  cancelReason: unknown

  constructor(graph: Graph, inputs: Readonly<Record<string, unknown>>) {
    const { count } = graph
    this.graph = graph
    this.inputs = inputs
    this.status = new Uint8Array(count)
    this.values = new Array(count)
    this.readyAt = new Float64Array(count)
    this.startedAt = new Float64Array(count)
    this.endedAt = new Float64Array(count)
  }

  /** Every task that was wanted. */
  get isFulfilled(): boolean {
    return this.status.every((status) => status === fulfilled || status === leftOut)
  }

  /** Whether a task's value is there. */
  has(task: number): boolean {
    return this.status[task] === fulfilled
  }

  /** A task failed. */
  fail(task: number, error: unknown): void {
    this.status[task] = rejected
    if (this.errors.size === 0) this.error = error
    this.errors.set(task, error)
  }

  /** The run ends early: what runs is cancelled, what waits is skipped. */
  close(at: number, error: unknown, reason: unknown): void {
    if (this.errors.size === 0) this.error = error
    this.cancelReason = reason
    const { status } = this
    for (let task = 0; task < status.length; task++) {
      if (status[task] === waiting) status[task] = skipped
      if (status[task] !== running) continue
      status[task] = cancelled
      this.endedAt[task] = at
    }
  }

  /** The task whose failure kept a skipped one from starting. */
  causeOf(task: number): number | undefined {
    return this.causes.get(task) ?? this.stoppedBy
  }

  /** The numbers of the tasks that stand so. */
  *standing(...wanted: readonly number[]): Generator<number, void, undefined> {
    for (let task = 0; task < this.status.length; task++) {
      if (wanted.includes(this.status[task] as number)) yield task
    }
  }
}
