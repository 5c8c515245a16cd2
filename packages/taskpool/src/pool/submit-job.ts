import { AsyncResource } from 'node:async_hooks'
import type { Group } from './group.js'
import { isSurrounded, type Plan } from './plan.js'
import { TaskJob } from './task-job.js'

/** A submitted task: it has its own place in line, and somebody who waits for the result. */
export class SubmitJob extends TaskJob {
  readonly #plan: Plan
  #resolve: ((outcome: unknown) => void) | undefined

  constructor(owner: Group, plan: Plan) {
    super(owner, undefined)
    this.#plan = plan
    this.scope = new AsyncResource('conc.taskpool')
  }

  override get plan(): Plan {
    return this.#plan
  }

  protected override get isTied(): boolean {
    return this.#plan.needsCall || isSurrounded()
  }

  override get isReported(): boolean {
    return true
  }

  override begin(): unknown {
    if (this.id < 0) {
      this.board.submitLeftLine()
      this.board.taskStarted(this)
    }
    return super.begin()
  }

  /** To be called once. */
  toPromise(): Promise<unknown> {
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  protected override onSettled(): void {
    super.onSettled()
    this.#end(this.status === 'fulfilled' ? this.outcome : Promise.reject(this.outcome))
  }

  /** The promise follows the call; the task follows its body. */
  protected override callInterrupted(reason: unknown): void {
    this.#end(Promise.reject(reason))
  }

  #end(outcome: unknown): void {
    const resolve = this.#resolve
    this.#resolve = undefined
    if (resolve) resolve(outcome)
    else if (outcome instanceof Promise) outcome.catch(() => {})
  }
}
