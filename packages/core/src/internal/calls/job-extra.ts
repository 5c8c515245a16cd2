import type { Line } from '../line/line.js'
import { Slot } from '../line/slot.js'
import { Attempts } from './attempts.js'
import type { Cancellation } from './cancellation.js'
import { endNow, type ForwardedOptions } from './forwarded-options.js'
import type { Job } from './job.js'
import type { JobCall } from './job-call.js'

/** What only some jobs need, so that the others stay small. */
export class JobExtra {
  /** Of the present phase: the body's, then that of what follows it. */
  cancellation: Cancellation | undefined
  call: JobCall | undefined
  attempts: Attempts | undefined
  /** Of whoever waits for the job: it may have that slot in each attempt. */
  lender: Slot | undefined
  /** Whether the job's slot counts as one that was told to stop. */
  isCancelling = false
  watchers: Set<(job: Job) => void> | undefined
  /** What a handle has given out. */
  promise: Promise<unknown> | undefined
  settled: Promise<unknown> | undefined
  #isShared = false
  #slot: Slot | undefined
  #giveBack: (() => void) | undefined
  /** Until they have been told of the body's end. */
  #options: ForwardedOptions | undefined

  /** Whether the slot in hand is one of the line's, with nothing hanging on it. */
  get isSlotPlain(): boolean {
    return this.#slot === undefined && this.#giveBack === undefined && !this.isCancelling
  }

  follow(call: JobCall): void {
    this.call = call
    this.cancellation = call.cancellation
    this.#options = call.options
    if (call.retry !== undefined) this.attempts = new Attempts(call.attemptRules)
  }

  /** The job is one attempt of something whose cancellation goes on after it. */
  share(cancellation: Cancellation): void {
    this.cancellation = cancellation
    this.#isShared = true
  }

  /** The slot in hand is borrowed. */
  borrow(giveBack: () => void): void {
    this.#giveBack = giveBack
  }

  /** The slot in hand, as something that can be lent to nested calls. */
  slotOf(line: Line): Slot {
    this.#slot ??= new Slot(line, this.#giveBack ?? (() => line.release()))
    return this.#slot
  }

  leaveSlot(line: Line): void {
    const slot = this.#slot
    const giveBack = this.#giveBack
    this.#slot = this.#giveBack = undefined
    if (slot) slot.end()
    else if (giveBack) giveBack()
    else line.release()
  }

  /** The job has settled: drops what it was called with. */
  end(): void {
    this.call?.resolve()
    if (!this.#isShared) this.cancellation?.end()
    this.call = this.attempts = this.lender = undefined
  }

  /** The body is really over, or never began: tells the executor in front, if it asked. */
  bodyIsOver(): void {
    const options = this.#options
    this.#options = undefined
    if (options) endNow(options)
  }
}
