import { PoolJob } from './pool-job.js'

/** A task whose caller holds a promise of its result. */
export class ExecJob<R = unknown> extends PoolJob<R> {
  // One function for both ends: to resolve with a rejected promise costs nothing while the task waits.
  private resolve: ((outcome: R | Promise<never>) => void) | undefined = undefined

  /** To be called once, before the task is started. */
  toPromise(): Promise<R> {
    return new Promise<R>((resolve) => {
      this.resolve = resolve
    })
  }

  protected override onSettled(): void {
    super.onSettled()
    if (this.status === 'fulfilled') this.resolve?.(this.outcome as R)
    else this.reject(this.outcome)
    this.resolve = undefined
  }

  /** The promise follows the call; the task follows its body. */
  protected override callInterrupted(reason: unknown): void {
    this.reject(reason)
  }

  private reject(reason: unknown): void {
    if (this.resolve) this.resolve(Promise.reject(reason))
    this.resolve = undefined
  }
}
