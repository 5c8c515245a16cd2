import { type AbortListener, listenTo, stopListening } from '@conc/core/internal'
import { IdRanges } from './id-ranges.js'
import type { Callbacks } from './options.js'
import { type ClosureCall, isSurrounded, type Plan } from './plan.js'
import type { PoolBoard } from './pool-board.js'
import type { Spawner } from './spawner.js'

/** The tasks of one call: what they have in common, which ids they have, and what still starts more of them. */
export class Group implements AbortListener {
  readonly name: string
  readonly board: PoolBoard
  readonly ids: IdRanges = new IdRanges()
  readonly callbacks: Callbacks
  /** Whether each task needs a call of its own: of the plan, or of what surrounds the call that made the group. */
  readonly isTied: boolean
  spawner: Spawner | undefined
  /** Tasks that have started and are not over. */
  size = 0
  #plan: Plan | undefined
  #signal: AbortSignal | undefined

  constructor(board: PoolBoard, name: string, plan?: Plan, callbacks: Callbacks = {}) {
    this.board = board
    this.name = name
    this.#plan = plan
    this.isTied = plan?.needsCall === true || isSurrounded()
    const { onEnd, onCancel } = callbacks
    this.callbacks = { ...(onEnd && { onEnd }), ...(onCancel && { onCancel }) }
  }

  /** How its tasks call their function; only while there are any. */
  get plan(): Plan {
    return this.#plan as Plan
  }

  /** How to call the function of tasks that need be no jobs: they have nothing but it, and nobody reads of them. */
  get plainCall(): ClosureCall | undefined {
    const { isTied, callbacks, board } = this
    const isPlain = !isTied && !callbacks.onEnd && !callbacks.onCancel && !board.isLogged
    return isPlain ? this.plan.call : undefined
  }

  /** Cancels the group when `signal` aborts. */
  follow(signal: AbortSignal): void {
    if (signal.aborted) {
      this.aborted(signal.reason)
      return
    }
    this.#signal = signal
    listenTo(signal, this)
  }

  aborted(reason: unknown): void {
    this.#signal = undefined
    this.board.cancelGroup(this, () => reason)
  }

  /** To be called when a task is over or nothing more starts: the last drops what the group was made with. */
  retire(): void {
    if (this.spawner !== undefined || this.size > 0 || this.#plan === undefined) return
    this.#plan = undefined
    this.leaveSignal()
  }

  leaveSignal(): void {
    if (this.#signal) stopListening(this.#signal, this)
    this.#signal = undefined
  }
}
