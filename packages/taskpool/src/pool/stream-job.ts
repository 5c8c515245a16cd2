import { type Call, type Producer, StreamBody } from '@conc/core/internal'
import type { Group } from './group.js'
import { type AnyFunction, submittedPlan } from './plan.js'
import { SubmitJob } from './submit-job.js'

/** The body of a stream as a task of the pool: it holds its slot from the first item asked for to the end. */
export class StreamJob extends SubmitJob {
  readonly #call: Call
  readonly #body: StreamBody

  constructor(
    owner: Group,
    call: Call,
    attempt: number,
    work: AnyFunction,
    args: readonly unknown[],
  ) {
    super(owner, submittedPlan(work, args, {}, undefined))
    this.#call = call
    this.#body = new StreamBody({ call, work, args, attempt })
    this.more.share(call.cancellation)
  }

  override get deadline(): number | undefined {
    return this.#call.deadline
  }

  /** Stands in line. Resolves with the producer, in a slot. */
  open(): Promise<Producer<unknown>> {
    const dependent = { cancelled: (reason: unknown): void => void this.abort(reason) }
    this.watch(() => this.#call.cancellation.remove(dependent))
    this.board.queue(this)
    this.#call.cancellation.add(dependent)
    return this.#body.opened
  }

  /** The call is there already: the stream's. */
  override tie(): boolean {
    return true
  }

  protected override invoke(): Promise<void> {
    const { board } = this
    return this.#body.run(this.more.slotOf(board.line), board)
  }

  protected override onSettled(): void {
    super.onSettled()
    this.#body.end(this.outcome)
  }

  protected override callInterrupted(reason: unknown): void {
    super.callInterrupted(reason)
    this.#call.interrupt(reason)
  }
}
