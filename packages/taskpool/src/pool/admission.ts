import { currentFrame, queueFull, slotAround } from '@conc/core/internal'
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
    if (refusal || !this.#isFull || slotAround(this.#board.line)?.isLendable) return refusal
    return queueFull(name, queueLimit)
  }

  /** Resolves when a submit would find room. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    const { lifecycle, line, changes, name } = this.#board
    const slot = slotAround(line)
    const hasRoom = (): boolean => this.#hasRoom || (slot?.isLendable ?? false)
    await changes.until(() => !lifecycle.isOpen || (!this.#isLocked && hasRoom()), signal)
    if (!lifecycle.isOpen) throw new PoolClosedError(name)
  }

  get #hasRoom(): boolean {
    const { line, queueLimit } = this.#board
    return queueLimit === Number.POSITIVE_INFINITY ? line.hasRoomFor(queueLimit) : !this.#isFull
  }

  get #isFull(): boolean {
    const { line, queueLimit } = this.#board
    return this.waitingSubmits - line.freeSlots >= queueLimit
  }

  /** While closing, what a live task here needs to finish is still taken. */
  get #isNeededToDrain(): boolean {
    const frame = currentFrame()
    if (this.#board.lifecycle.state !== 'draining' || !frame?.task) return false
    return frame.executor === this.#board.pool || slotAround(this.#board.line, frame) !== undefined
  }
}
