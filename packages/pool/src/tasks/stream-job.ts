import {
  type Call,
  currentFrame,
  type Entered,
  type Producer,
  StreamBody,
} from '@conc/core/internal'
import type { PoolState } from '../state/pool-state.js'
import { Batch } from './batch.js'
import { single } from './invocations.js'
import { PoolJob } from './pool-job.js'

/** The body of a stream as a task of the pool: it holds its slot from the first item asked for to the end. */
export class StreamJob extends PoolJob {
  readonly #call: Call
  readonly #body: StreamBody

  constructor(
    state: PoolState,
    call: Call,
    attempt: number,
    work: Entered['work'],
    args: readonly unknown[],
  ) {
    const batch = new Batch({
      board: state,
      fn: work,
      definition: call.definition,
      invocation: single,
      isPlaced: true,
    })
    super(batch, undefined, state.scope())
    this.#call = call
    this.#body = new StreamBody({ call, work, args, attempt })
    this.more.share(call.cancellation)
  }

  /** Stands in line. Resolves with the producer, in a slot. */
  open(): Promise<Producer<unknown>> {
    const dependent = { cancelled: (reason: unknown): void => void this.abort(reason) }
    this.#call.cancellation.add(dependent)
    this.watch(() => this.#call.cancellation.remove(dependent))
    this.board.enqueue(this, currentFrame(), true)
    return this.#body.opened
  }

  protected override invoke(): unknown {
    const { guard } = this.board
    return guard ? guard.run(this, () => this.#produce()) : this.#produce()
  }

  protected override onSettled(): void {
    super.onSettled()
    this.#body.end(this.outcome)
  }

  #produce(): Promise<void> {
    const { board } = this
    return this.#body.run(this.more.slotOf(board.line), board)
  }
}
