import { AsyncLocalStorage } from 'node:async_hooks'
import { type Job, type Line, slotAround } from '@conc/core/internal'
import { PoolDeadlockError } from '../errors.js'
import type { PoolJob } from '../tasks/pool-job.js'

/** Knows in which task of the pool a call is made, and refuses the waits that cannot end. */
export class DeadlockGuard {
  readonly #pool: string
  readonly #line: Line
  readonly #inside = new AsyncLocalStorage<PoolJob>()

  constructor(pool: string, line: Line) {
    this.#pool = pool
    this.#line = line
  }

  run<T>(job: PoolJob, body: () => T): T {
    return this.#inside.run(job, body)
  }

  /** For waits on the end of `jobs`; of everything where there is no list. */
  refuseSelf(call: string, jobs?: readonly Job[]): PoolDeadlockError | undefined {
    const job = this.#current
    if (job === undefined || (jobs !== undefined && !jobs.includes(job))) return undefined
    return this.#error(call, job, 'which includes the task itself')
  }

  /** For waits on a slot while the caller holds one and none is free. A declared task that `lends` its own may wait. */
  refuseSlot(call: string, lends: boolean): PoolDeadlockError | undefined {
    const job = this.#current
    if (job === undefined || this.#line.waiting < this.#line.freeSlots) return undefined
    if (lends && slotAround(this.#line)) return undefined
    return this.#error(call, job, 'for a slot of its own full pool; use spawnN()')
  }

  /** The task around the caller, while it holds its slot. */
  get #current(): PoolJob | undefined {
    const job = this.#inside.getStore()
    return job?.list === job?.board.running ? job : undefined
  }

  #error(call: string, job: PoolJob, what: string): PoolDeadlockError {
    const { name: task } = job
    const text = `Task '${task}' of pool '${this.#pool}' would wait for ${call}(), ${what}.`
    return new PoolDeadlockError(text, { pool: this.#pool, task, call })
  }
}
