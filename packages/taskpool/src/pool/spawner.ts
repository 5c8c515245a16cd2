import { AsyncResource } from 'node:async_hooks'
import type { Member, Place, Roster } from '@conc/core/internal'
import type { Group } from './group.js'
import type { PoolBoard } from './pool-board.js'

/**
 * A call that still has tasks to start. It has one place in line, and takes the next when a task has started.
 * Functions are entered in the async context of the call.
 */
export abstract class Spawner implements Place {
  list: Roster | undefined = undefined
  next: Member | undefined = undefined
  prev: Member | undefined = undefined
  protected readonly group: Group
  readonly #scope = new AsyncResource('conc.taskpool')
  #isStepping = false
  #isDone = false

  constructor(group: Group) {
    this.group = group
    group.spawner = this
    group.board.spawners.add(this)
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** Whether a task can be started, given a slot. */
  protected abstract get isReady(): boolean
  /** Starts one task, with a slot in hand, or gives the slot back. */
  protected abstract step(): void
  /** How many are still counted as waiting. */
  protected abstract get waiting(): number
  /** Starts nothing more. */
  protected abstract close(): void

  /** One of its tasks has ended. */
  taskEnded(): void {
    this.standInLine()
  }

  enter(): void {
    this.#scope.runInAsyncScope(this.#enter, this)
  }

  /** Nothing more is started: whoever asks for it ends the rest. */
  stop(): void {
    if (this.#isDone) return
    this.close()
    this.finish()
  }

  protected get board(): PoolBoard {
    return this.group.board
  }

  /** Has the place in line while there is something to start. */
  protected standInLine(): void {
    if (this.#isStepping || this.#isDone || this.list !== undefined || !this.isReady) return
    this.board.line.join(this)
  }

  /** All its tasks have started, or no more will be. */
  protected finish(): void {
    if (this.#isDone) return
    this.#isDone = true
    const { board, group } = this
    board.numWaiting -= this.waiting
    board.line.leave(this)
    board.spawners.delete(this)
    group.spawner = undefined
    group.retire()
    board.check()
  }

  #enter(): void {
    this.#isStepping = true
    this.step()
    this.#isStepping = false
    this.standInLine()
  }
}
