import type fc from 'fast-check'
import { expect } from 'vitest'
import type { BaseTaskPool, PoolTask, TaskInfo } from '../../src/index.js'
import type { Behaviour, Callback, Manner } from './steps.js'

type Event = 'started' | 'cancelled' | 'ended'

/** What happens to the tasks of a pool, and what has to hold for each of them and for the counters at every moment. */
export class TaskWatch {
  #pool: BaseTaskPool | undefined
  /** Ids of the tasks whose body runs and that nobody told to stop, and of those that somebody did. */
  readonly running = new Set<number>()
  readonly stopping = new Set<number>()
  /** Those that a flush has to wait for: told to stop, or over with a callback that is not. */
  readonly #ending = new Set<number>()
  readonly #told = new Set<number>()
  readonly #aborted = new Set<number>()
  /** Those whose signal said something else at their end. */
  readonly #misled = new Set<number>()
  readonly #scheduler: fc.Scheduler
  readonly #events: Event[][] = []
  readonly #pending: Promise<unknown>[] = []
  #flushing = 0
  #flushed = 0
  /** Somebody closed the pool without asking what had become of the tasks. */
  #isForgotten = false

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler
  }

  get pool(): BaseTaskPool {
    if (this.#pool === undefined) throw new Error('Expected `follow` first.')
    return this.#pool
  }

  /** Says whose tasks these are. */
  follow(pool: BaseTaskPool): void {
    this.#pool = pool
  }

  /** Tasks that have started. */
  get started(): number {
    return this.#events.length
  }

  /** Called by a body, first. */
  begins(id: number): void {
    expect(id).toBe(this.#events.length)
    this.#events.push(['started'])
    this.running.add(id)
    expect(this.pool.load.running).toBeLessThanOrEqual(this.pool.poolSize)
  }

  /** Called by a body, last. @param isAll whether nothing else will tell of its end. */
  ends(id: number, isAll: boolean): void {
    this.running.delete(id)
    this.stopping.delete(id)
    if (isAll) {
      this.note(id, 'ended')
      this.#ending.delete(id)
    } else {
      this.#ending.add(id)
    }
  }

  /** Does something that takes time, and heeds the signal or not. */
  async act({ manner, fails }: Behaviour, task: PoolTask): Promise<void> {
    const done = this.#scheduler.schedule(Promise.resolve(), 'body')
    if (manner === 'isBlind' || manner === 'looksLate') await done
    else await this.#follow(manner, done, task)
    if (manner === 'looksLate') this.#look(task)
    if (fails) throw new Error('the body failed')
  }

  #look({ id, pool, signal }: PoolTask): void {
    // That of a submitted closure is none of the pool's.
    if (pool !== undefined && signal.aborted !== this.#told.has(id)) this.#misled.add(id)
    signal.throwIfAborted()
  }

  async #follow(manner: Manner, done: Promise<void>, { id, signal }: PoolTask): Promise<void> {
    const aborted = new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => {
        if (this.running.has(id) || this.stopping.has(id)) this.#aborted.add(id)
        if (manner === 'heeds') reject(signal.reason)
        else if (manner === 'fails') reject(new Error('the clean-up failed'))
        else resolve()
      })
    })
    await (manner === 'ignores' ? done : Promise.race([done, aborted]))
  }

  callbacks(kind: Callback): object {
    if (kind === 'none') return {}
    const callback = (event: 'cancelled' | 'ended') => async (id: number, info: TaskInfo) => {
      expect(info.name).toBe(`${this.pool.name}_Task-${id}`)
      this.note(id, event)
      if (event === 'cancelled') expect(info.settled.status).toBe('cancelled')
      this.check()
      await this.#scheduler.schedule(Promise.resolve(), event)
      if (event === 'ended') this.#ending.delete(id)
      if (kind === 'throws') throw new Error('the callback failed')
    }
    return { onCancel: callback('cancelled'), onEnd: callback('ended') }
  }

  /** Once each, and `onCancel` before `onEnd`. */
  note(id: number, event: 'cancelled' | 'ended'): void {
    const events = this.#events[id] as Event[]
    expect(events).not.toContain('ended')
    expect(events).not.toContain(event)
    events.push(event)
  }

  /** Somebody has told the task to stop. */
  stop(id: number): void {
    this.#told.add(id)
    if (!this.running.delete(id)) return
    this.stopping.add(id)
    this.#ending.add(id)
  }

  stopAll(): void {
    for (const id of [...this.running]) this.stop(id)
  }

  /** Tries to cancel a task: it is told, or an error says why not, and nothing has changed. */
  cancel(id: number): void {
    const before = this.snapshot()
    try {
      this.pool.cancel(id)
      this.stop(id)
    } catch (error) {
      expect([...this.running]).not.toContain(id)
      expect((error as Error).name).toMatch(/^(TaskNotFound|AlreadyCancelled|AlreadyEnded)Error$/)
      expect(this.snapshot()).toEqual(before)
    }
    // All or none.
    expect(() => this.pool.cancel([id, 1_000])).toThrow()
  }

  flush(): void {
    this.#flushing++
    const ending = [...this.#ending]
    this.expect(
      this.pool.flush({ throwOnError: false }).then((outcomes) => {
        expect(ending.filter((id) => this.#ending.has(id))).toEqual([])
        this.#flushing--
        this.#flushed += outcomes.length
      }),
    )
  }

  close(how: 'gather' | 'run' | 'reject'): void {
    this.#isForgotten = true
    if (how === 'reject') this.stopAll()
    const closed =
      how === 'gather'
        ? this.pool.gatherAndClose({ throwOnError: false })
        : this.pool.close({ pending: how })
    this.expect(closed.then(() => expect(this.pool.isClosed).toBe(true)))
    expect(this.pool.isLocked).toBe(true)
  }

  /** To be awaited at the end. */
  expect(promise: Promise<unknown>): void {
    this.#pending.push(promise)
  }

  snapshot(): unknown {
    const { poolSize, numRunning, numCancelled, numEnded, numWaiting, isLocked } = this.pool
    return { poolSize, numRunning, numCancelled, numEnded, numWaiting, isLocked }
  }

  /** Every task that has started is counted, once, and nobody was told to stop who was not meant. */
  check(): void {
    expect([...this.#aborted].filter((id) => !this.#told.has(id))).toEqual([])
    expect([...this.#misled]).toEqual([])
    if (this.pool.isClosed) return
    const { numRunning, numCancelled, numEnded } = this.pool
    const counted = numRunning + numCancelled + numEnded + this.#flushed
    if (this.#flushing === 0) expect(counted).toBe(this.#events.length)
    expect(counted).toBeLessThanOrEqual(this.#events.length)
  }

  /** Gives everything the room to end, and checks what is left. */
  async end(): Promise<void> {
    const { pool } = this
    pool.poolSize = Number.POSITIVE_INFINITY
    const [outcomes] = await Promise.all([
      pool.gatherAndClose({ throwOnError: false }),
      pool.untilClosed(),
    ])
    await Promise.all(this.#pending)
    this.check()
    if (!this.#isForgotten) expect(this.#flushed + outcomes.length).toBe(this.started)
    const { numRunning, numCancelled, numEnded, numWaiting, load } = pool
    const left = { numRunning, numCancelled, numEnded, numWaiting, running: load.running }
    expect(left).toEqual({
      numRunning: 0,
      numCancelled: 0,
      numEnded: 0,
      numWaiting: 0,
      running: 0,
    })
    expect(pool.isClosed).toBe(true)
    for (const events of this.#events) {
      expect(events.filter((one) => one === 'ended')).toHaveLength(1)
    }
  }
}
