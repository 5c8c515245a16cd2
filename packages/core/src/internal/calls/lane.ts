import type { Member, Roster } from '../line/roster.js'
import type { Job } from './job.js'
import type { JobBoard, SlotHolder } from './job-board.js'

/** The id of no item. */
const none = -1

/**
 * One slot of a `map`: a loop over items with nothing to each but its function. Among the slots in use it stands for the
 * item it runs, until that item has become a job, which then stands there itself. It knows its item by the id: what the
 * function is given need not even be made where nobody keeps it.
 */
export abstract class Lane<J extends Job> implements SlotHolder {
  list: Roster | undefined = undefined
  next: Member | undefined = undefined
  prev: Member | undefined = undefined
  startedAt = 0
  protected readonly board: JobBoard
  /** Of the item that runs. */
  #id = none
  #job: J | undefined = undefined

  constructor(board: JobBoard) {
    this.board = board
  }

  /** Goes on to the next item, with a slot in hand. @returns whether there was one */
  protected abstract advance(): boolean
  /** That item begins. @returns its id */
  protected abstract open(): number
  /** Calls its function. May throw. */
  protected abstract invoke(id: number): unknown
  /** Its function was entered. */
  protected abstract entered(): void
  /** It has fulfilled, and is no job. */
  protected abstract gave(id: number, value: unknown): void
  /** Whether another item may follow in this slot. */
  protected abstract get keepsSlot(): boolean
  /** Another one follows. @param job the last item, where it is one */
  protected goesOn?(job: J | undefined): void
  /** The last item was no job, and its slot is given back next. */
  protected leaves?(): void
  /** There was no item. */
  protected abstract ranOut(): void
  protected abstract makeJob(id: number): J
  /** The item that runs is a job from now on. */
  protected becameJob?(job: J): void

  toJob(): J | undefined {
    if (this.#id === none) return undefined
    if (this.#job === undefined) {
      this.#job = this.makeJob(this.#id)
      this.#job.takeOver(this)
      this.becameJob?.(this.#job)
    }
    return this.#job
  }

  /** The job of an item that runs or ran here. */
  jobOf(id: number): J {
    return (id === this.#id ? this.toJob() : undefined) ?? this.#retired(id)
  }

  /** With a slot in hand, in the caller's context: one item after the other, until the slot has to go. */
  async serve(): Promise<void> {
    while (this.advance()) {
      let value: unknown
      try {
        value = await this.#enter()
      } catch (error) {
        await this.toJob()?.failed(error)
        if (this.#goesOn()) continue
        return
      }
      if (this.#job === undefined) this.#gave(value)
      else await this.#job.ended(value)
      if (!this.#goesOn()) return
    }
    this.#leave()
    this.ranOut()
  }

  #enter(): unknown {
    const { board } = this
    const id = this.open()
    this.#id = id
    this.startedAt = ++board.started
    if (this.list === undefined) board.running.append(this)
    try {
      return this.invoke(id)
    } finally {
      this.entered()
    }
  }

  #gave(value: unknown): void {
    this.board.executed++
    this.gave(this.#id, value)
  }

  #goesOn(): boolean {
    const job = this.#job
    this.#id = none
    this.#job = undefined
    if (this.keepsSlot && (job === undefined || job.handOver())) {
      this.goesOn?.(job)
      return true
    }
    if (job !== undefined) job.release()
    else {
      this.leaves?.()
      this.#leave()
    }
    return false
  }

  /** Over before anybody needed it as a job: nothing can happen to it. */
  #retired(id: number): J {
    const job = this.makeJob(id)
    job.status = 'fulfilled'
    return job
  }

  #leave(): void {
    const { line, running } = this.board
    if (this.list !== undefined) running.remove(this)
    line.release()
  }
}
