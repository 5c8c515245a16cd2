import type fc from 'fast-check'
import { expect } from 'vitest'
import { type PoolTask, SimpleTaskPool } from '../../src/index.js'
import type { Behaviour, Callback, SimplePoolStep } from './steps.js'
import { TaskWatch } from './task-watch.js'

interface SimplePoolInit {
  readonly poolSize: number
  readonly callbacks: Callback
  /** Of the tasks by id, over and over. */
  readonly behaviours: readonly Behaviour[]
}

/** A `SimpleTaskPool` that is driven step by step. */
export class SimplePoolModel {
  readonly #pool: SimpleTaskPool
  readonly #watch: TaskWatch
  readonly #scheduler: fc.Scheduler
  readonly #groups: string[] = []
  readonly #cancelledGroups = new Set<string>()
  #accepted = 0
  /** Accepted, and never started. */
  #withdrawn = 0
  #refusal: string | undefined

  constructor(scheduler: fc.Scheduler, { poolSize, callbacks, behaviours }: SimplePoolInit) {
    const body = async (task: PoolTask): Promise<void> => {
      this.#watch.begins(task.id)
      expect(this.#cancelledGroups).not.toContain(task.group)
      try {
        await this.#watch.act(behaviours[task.id % behaviours.length] as Behaviour, task)
      } finally {
        this.#watch.ends(task.id, callbacks === 'none')
      }
    }
    this.#scheduler = scheduler
    this.#watch = new TaskWatch(scheduler)
    this.#pool = new SimpleTaskPool(body, { poolSize, ...this.#watch.callbacks(callbacks) })
    this.#watch.follow(this.#pool)
  }

  async run(all: readonly SimplePoolStep[]): Promise<void> {
    for (const step of all) {
      await this.#scheduler.schedule(Promise.resolve(), 'arrive')
      const { started } = this.#watch
      this.#take(step)
      // No function is entered inside a call.
      expect(this.#watch.started).toBe(started)
      this.#watch.check()
    }
  }

  /** Ends everything; what was accepted has started or was withdrawn. */
  async end(): Promise<void> {
    await this.#watch.end()
    expect(this.#watch.started + this.#withdrawn).toBe(this.#accepted)
  }

  #take(step: SimplePoolStep): void {
    const watch = this.#watch
    switch (step.do) {
      case 'start':
        this.#start(step.num)
        break
      case 'stop':
        this.#stop(step.num)
        break
      case 'stopAll':
        this.#stop(Number.POSITIVE_INFINITY)
        break
      case 'cancel':
        watch.cancel(step.id)
        break
      case 'cancelGroup':
        this.#cancelGroup(this.#groups[step.call])
        break
      case 'cancelAll':
        this.#withdrawing(() => this.#pool.cancelAll())
        this.#allCancelled()
        break
      case 'lock':
        this.#refusal ??= 'is locked'
        this.#pool.lock()
        break
      case 'unlock':
        if (this.#refusal === 'is locked') this.#refusal = undefined
        this.#pool.unlock()
        break
      case 'flush':
        watch.flush()
        break
      case 'resize':
        this.#pool.poolSize = step.size
        break
      case 'close':
        this.#refusal = 'is closed'
        if (step.how === 'reject' && !this.#pool.isClosed) this.#allCancelled()
        this.#withdrawing(() => watch.close(step.how))
        break
      case 'nonsense':
        this.#nonsense()
        break
    }
  }

  #start(num: number): void {
    const before = this.#watch.snapshot()
    if (this.#refusal !== undefined) {
      expect(() => this.#pool.start(num)).toThrow(this.#refusal)
      expect(this.#watch.snapshot()).toEqual(before)
      return
    }
    const group = this.#pool.start(num)
    expect(group).toBe(`start-group-${this.#groups.length}`)
    this.#groups.push(group)
    this.#accepted += num
  }

  /** The newest first: starts that wait, then running tasks in the order of their ids. */
  #stop(num: number): void {
    const fromWaiting = Math.min(num, this.#pool.numWaiting)
    const told = new Set(this.#watch.stopping)
    const running = [...this.#watch.running]
    const before = this.#withdrawn
    const ids = this.#withdrawing(() =>
      num === Number.POSITIVE_INFINITY ? this.#pool.stopAll() : this.#pool.stop(num),
    )
    expect(this.#withdrawn - before).toBe(fromWaiting)
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => other - one))
    expect(ids.length).toBeLessThanOrEqual(num - fromWaiting)
    expect(ids.filter((id) => told.has(id))).toEqual([])
    const oldest = ids.length < num - fromWaiting ? -1 : (ids.at(-1) ?? Number.POSITIVE_INFINITY)
    expect(running.filter((id) => id >= oldest && !ids.includes(id))).toEqual([])
    for (const id of ids) this.#watch.stop(id)
  }

  #allCancelled(): void {
    for (const group of this.#groups) this.#cancelledGroups.add(group)
    this.#watch.stopAll()
  }

  #cancelGroup(group: string | undefined): void {
    if (group === undefined || this.#cancelledGroups.has(group)) {
      expect(() => this.#pool.cancelGroup(group ?? 'nobody')).toThrow('No task group named')
      return
    }
    const ids = this.#pool.getGroupIds(group)
    this.#cancelledGroups.add(group)
    this.#withdrawing(() => this.#pool.cancelGroup(group))
    for (const id of ids) this.#watch.stop(id)
  }

  #nonsense(): void {
    const before = this.#watch.snapshot()
    for (const num of [0, -1, 1.5, Number.NaN]) {
      expect(() => this.#pool.start(num)).toThrow('`num`')
      expect(() => this.#pool.stop(num)).toThrow('`num`')
    }
    expect(this.#watch.snapshot()).toEqual(before)
  }

  /** Counts the starts that go away in `step`. */
  #withdrawing<T>(step: () => T): T {
    const before = this.#pool.numWaiting
    const result = step()
    this.#withdrawn += before - this.#pool.numWaiting
    return result
  }
}
