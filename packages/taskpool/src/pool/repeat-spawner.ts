import type { Group } from './group.js'
import { Spawner } from './spawner.js'
import { TaskJob } from './task-job.js'

/** Starts the same work a number of times. */
export class RepeatSpawner extends Spawner {
  #left: number

  constructor(group: Group, num: number) {
    super(group)
    this.#left = num
    this.board.numWaiting += num
    this.standInLine()
  }

  /** Takes back up to `num` of the starts that wait. @returns how many. */
  withdraw(num: number): number {
    const withdrawn = Math.min(num, this.#left)
    this.#left -= withdrawn
    this.board.numWaiting -= withdrawn
    if (this.#left === 0) this.finish()
    return withdrawn
  }

  protected get isReady(): boolean {
    return this.#left > 0
  }

  protected get waiting(): number {
    return this.#left
  }

  protected step(): void {
    this.#left--
    this.board.numWaiting--
    this.board.start(new TaskJob(this.group, undefined))
    if (this.#left === 0) this.finish()
  }

  protected close(): void {
    this.board.numWaiting -= this.#left
    this.#left = 0
  }
}
