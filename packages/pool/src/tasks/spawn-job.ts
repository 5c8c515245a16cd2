import type { TaskHandle } from '../task-handle.js'
import { PoolJob } from './pool-job.js'

/** A task whose caller waits until its function was entered. */
export class SpawnJob<R = unknown> extends PoolJob<R> {
  private resolve: ((handle: TaskHandle<R> | Promise<never>) => void) | undefined = undefined

  /** Resolves with the handle, also when a cancel took the task out of the line. To be called once, before the start. */
  toEntry(): Promise<TaskHandle<R>> {
    return new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  override begin(): unknown {
    try {
      return super.begin()
    } finally {
      this.arrive(this)
    }
  }

  protected override onSettled(): void {
    super.onSettled()
    this.arrive(this)
  }

  /** The call's own signal or deadline, while it waits; a task that runs is told like any other. */
  protected override callInterrupted(reason: unknown): void {
    if (this.resolve) this.arrive(Promise.reject(reason))
  }

  private arrive(what: TaskHandle<R> | Promise<never>): void {
    this.resolve?.(what)
    this.resolve = undefined
  }
}
