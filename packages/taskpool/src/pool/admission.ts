import { QueueFullError } from '@conc/core'
import { currentFrame, type Frame, type Slot } from '@conc/core/internal'
import { PoolClosedError, PoolLockedError } from '../errors.js'
import type { PoolBoard } from './pool-board.js'

/** What a pool lets in: nothing once it closes or while it is locked, and no more submits than may wait. */
export class Admission {
  /** Submitted tasks that have not started. */
  waitingSubmits = 0
  readonly #board: PoolBoard
  #isLocked = false

  constructor(board: PoolBoard) {
    this.#board = board
  }

  get isLocked(): boolean {
    return this.#isLocked || !this.#board.lifecycle.isOpen
  }

  /** @returns whether that changed anything. */
  setLocked(isLocked: boolean): boolean {
    if (this.isLocked === isLocked || !this.#board.lifecycle.isOpen) return false
    this.#isLocked = isLocked
    return true
  }

  /** Why no tasks are let in; `undefined`: they are. */
  refusal(): PoolClosedError | PoolLockedError | undefined {
    const { lifecycle, name } = this.#board
    if (!lifecycle.isOpen) return new PoolClosedError(name)
    return this.#isLocked ? new PoolLockedError(name) : undefined
  }

  /** Why a submit is not let in; `undefined`: it is. */
  submitRefusal(): Error | undefined {
    const { name, queueLimit } = this.#board
    const refusal = this.#isNeededToDrain ? undefined : this.refusal()
    if (refusal || !this.#isFull) return refusal
    return new QueueFullError(
      `${name} has ${queueLimit} calls of submit waiting, its queueLimit.`,
      {
        executor: name,
      },
    )
  }

  /** Resolves when a submit would find room. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    const { lifecycle, line, queueLimit, changes, name } = this.#board
    const hasRoom = (): boolean =>
      queueLimit === Number.POSITIVE_INFINITY ? line.hasRoomFor(queueLimit) : !this.#isFull
    await changes.until(() => !lifecycle.isOpen || (!this.#isLocked && hasRoom()), signal)
    if (!lifecycle.isOpen) throw new PoolClosedError(name)
  }

  get #isFull(): boolean {
    const { line, queueLimit } = this.#board
    return this.waitingSubmits - line.freeSlots >= queueLimit
  }

  /** While closing, what a live task here needs to finish is still taken. */
  get #isNeededToDrain(): boolean {
    const frame = currentFrame()
    if (this.#board.lifecycle.state !== 'draining' || !frame?.task) return false
    return frame.executor === this.#board.pool || slotOf(frame, this.#board) !== undefined
  }
}

/** The slot of this pool under the running code. */
export function slotOf(frame: Frame | undefined, { line }: PoolBoard): Slot | undefined {
  return frame?.slots?.find((slot) => slot.line === line)
}
