import type { Executor, SubmitOptions, Task } from '@conc/core'

/** An executor whose streams go both ways: a `WorkerPool`, or a session to one. */
export interface DuplexExecutor extends Executor {
  /**
   * Runs a generator task there that takes what is sent in, as natively: one item per `next(value)`; `throw(error)` is
   * raised at its `yield`, `return(value)` runs its `finally`, and its return value arrives. Nothing starts before the
   * first `next()`.
   */
  duplex<A extends readonly unknown[], Y, R, S>(
    work: Task<A, AsyncGenerator<Y, R, S>>,
    args: A,
    options?: SubmitOptions,
  ): AsyncGenerator<Y, R, S>
}
