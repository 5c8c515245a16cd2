import type { Batch } from '../tasks/batch.js'
import { PoolJob } from '../tasks/pool-job.js'

/** Who collects the results of a `map`. */
export interface Collector {
  /** The item has settled. */
  collect(item: MapItem): void
}

/** One item of a `map`. It is entered in the caller's context, so it carries none. */
export class MapItem extends PoolJob {
  readonly index: number
  private readonly collector: Collector

  constructor(batch: Batch, item: unknown, index: number, collector: Collector, id?: number) {
    super(batch, item, undefined, id)
    this.index = index
    this.collector = collector
  }

  belongsTo(collector: Collector): boolean {
    return this.collector === collector
  }

  protected override onSettled(): void {
    super.onSettled()
    this.collector.collect(this)
  }
}
