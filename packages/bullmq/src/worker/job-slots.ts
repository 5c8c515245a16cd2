/** Jobs that may wait for others at a time; more would make a worker take the whole queue in. */
const mostSuspended = 1000

/**
 * The slots of a worker. A job that waits for its nested calls gives its slot up, so that the worker can take those very
 * calls from the queue, and goes on when a slot is free.
 */
export class JobSlots {
  readonly size: number
  readonly #limitChanged: (limit: number) => void
  readonly #resuming: JobSlot[] = []
  #running = 0
  #suspended = 0

  /** @param limitChanged told how many jobs the worker may have altogether, whenever that changes. */
  constructor(size: number, limitChanged: (limit: number) => void) {
    this.size = size
    this.#limitChanged = limitChanged
  }

  /** Jobs here, also those that wait for others. */
  get running(): number {
    return this.#running
  }

  get canSuspend(): boolean {
    return this.#suspended < mostSuspended
  }

  /** A job has come. */
  take(): JobSlot {
    this.#running++
    return new JobSlot(this)
  }

  release(): void {
    this.#running--
    this.#grant()
  }

  suspend(): void {
    this.#suspended++
    this.#grant()
    this.#tell()
  }

  /** Calls `slot.resumed()` when it has a slot again, the longest waiting first. */
  resume(slot: JobSlot): void {
    this.#resuming.push(slot)
    this.#grant()
    this.#tell()
  }

  /** The job has ended while it held no slot. */
  forget(slot: JobSlot): void {
    const index = this.#resuming.indexOf(slot)
    if (index >= 0) this.#resuming.splice(index, 1)
    this.#suspended--
    this.#tell()
  }

  #grant(): void {
    while (this.#running - this.#suspended < this.size) {
      const slot = this.#resuming.shift()
      if (slot === undefined) return
      this.#suspended--
      slot.resumed()
    }
  }

  /** Slots that somebody waits for are not given to new jobs. */
  #tell(): void {
    this.#limitChanged(this.size + this.#suspended - this.#resuming.length)
  }
}

/** The slot of one job, with the nested calls it waits for. */
export class JobSlot {
  readonly #slots: JobSlots
  #outstanding = 0
  #state: 'held' | 'given-up' | 'resuming' | 'ended' = 'held'
  #wake: (() => void)[] = []

  constructor(slots: JobSlots) {
    this.#slots = slots
  }

  /** A nested call begins; with the first one the slot is given up. */
  waits(): void {
    this.#outstanding++
    if (this.#state === 'held') this.#giveUp()
  }

  /** A nested call is over. After the last one this resolves when there is a slot for the job to go on. */
  async goesOn(): Promise<void> {
    this.#outstanding--
    if (this.#outstanding > 0 || this.#state === 'held' || this.#state === 'ended') return
    const resumed = new Promise<void>((resolve) => this.#wake.push(resolve))
    if (this.#state === 'given-up') this.#resume()
    await resumed
  }

  resumed(): void {
    this.#state = 'held'
    // A call that was made meanwhile: the body waits again as soon as it has gone on.
    if (this.#outstanding > 0) this.#giveUp()
    this.#wakeUp()
  }

  end(): void {
    const isHeld = this.#state === 'held'
    this.#state = 'ended'
    if (!isHeld) this.#slots.forget(this)
    this.#slots.release()
    this.#wakeUp()
  }

  #giveUp(): void {
    this.#state = 'given-up'
    this.#slots.suspend()
  }

  #resume(): void {
    this.#state = 'resuming'
    this.#slots.resume(this)
  }

  #wakeUp(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}
