import type fc from 'fast-check'
import { expect } from 'vitest'
import { type PoolTask, TaskPool } from '../../src/index.js'
import { itemsOf } from './model-items.js'
import type { CallInit, PoolStep } from './steps.js'
import { TaskWatch } from './task-watch.js'

/** One call as the model sees it. */
class ModelCall {
  group = ''
  started = 0
  running = 0
  isCancelled = false
  readonly init: CallInit
  /** Tasks to come: all of them, unless the call is cancelled. */
  readonly expected: number
  readonly limit: number

  constructor(init: CallInit, expected: number, limit = Number.POSITIVE_INFINITY) {
    this.init = init
    this.expected = expected
    this.limit = limit
  }
}

/** A `TaskPool` that is driven step by step. */
export class PoolModel {
  readonly #pool: TaskPool
  readonly #watch: TaskWatch
  readonly #scheduler: fc.Scheduler
  readonly #calls: ModelCall[] = []
  /** Of each task, by id. */
  readonly #owners: ModelCall[] = []
  #refusal: string | undefined

  constructor(scheduler: fc.Scheduler, poolSize: number) {
    this.#scheduler = scheduler
    this.#watch = new TaskWatch(scheduler)
    this.#pool = new TaskPool({ poolSize })
    this.#watch.follow(this.#pool)
  }

  async run(all: readonly PoolStep[]): Promise<void> {
    for (const step of all) {
      await this.#scheduler.schedule(Promise.resolve(), 'arrive')
      const { started } = this.#watch
      this.#take(step)
      // No function is entered inside a call.
      expect(this.#watch.started).toBe(started)
      this.#watch.check()
    }
  }

  /** Ends everything; what was accepted has started, or was cancelled. */
  async end(): Promise<void> {
    await this.#watch.end()
    for (const call of this.#calls) {
      if (!call.isCancelled) expect(call.started).toBe(call.expected)
    }
  }

  #take(step: PoolStep): void {
    const watch = this.#watch
    switch (step.do) {
      case 'apply':
        this.#start(new ModelCall(step, step.num), (call, options) =>
          this.#pool.apply(this.#body(call), { ...options, num: step.num }),
        )
        break
      case 'map':
        this.#map(step)
        break
      case 'submit':
        this.#submit(step)
        break
      case 'cancel':
        watch.cancel(step.id)
        break
      case 'cancelGroup':
        this.#cancelGroup(step.call)
        break
      case 'cancelAll':
        for (const call of this.#calls) this.#stopCall(call)
        this.#pool.cancelAll()
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
        expect(this.#pool.poolSize).toBe(step.size)
        break
      case 'close':
        this.#refusal = 'is closed'
        if (step.how === 'reject') for (const call of this.#calls) this.#stopCall(call)
        watch.close(step.how)
        break
      case 'nonsense':
        this.#nonsense()
        break
    }
  }

  #map(step: PoolStep & { do: 'map' }): void {
    const { items, numConcurrent, source } = step
    this.#start(new ModelCall(step, items, numConcurrent), (call, options) => {
      const body = this.#body(call)
      const all = itemsOf(items, source, this.#scheduler)
      return this.#pool.map((_: number, task) => body(task), all, { ...options, numConcurrent })
    })
  }

  #start(call: ModelCall, start: (call: ModelCall, options: object) => string): void {
    const before = this.#watch.snapshot()
    if (this.#refusal !== undefined) {
      expect(() => start(call, {})).toThrow(this.#refusal)
      expect(this.#watch.snapshot()).toEqual(before)
      return
    }
    call.group = start(call, this.#watch.callbacks(call.init.callbacks))
    this.#calls.push(call)
  }

  #submit(init: CallInit): void {
    const call = new ModelCall(init, 1)
    const body = this.#body(call)
    const work = (): Promise<void> => {
      const id = this.#watch.started
      return body({ id, signal: new AbortController().signal } as PoolTask)
    }
    const promise = this.#pool.submit(work, [])
    if (this.#refusal !== undefined) {
      this.#watch.expect(expect(promise).rejects.toThrow(this.#refusal))
      return
    }
    call.group = 'submit'
    this.#calls.push(call)
    // It settles, whatever happens.
    const over = (): void => {}
    this.#watch.expect(promise.then(over, over))
  }

  #body(call: ModelCall): (task: PoolTask) => Promise<void> {
    return async (task) => {
      this.#entered(call, task)
      try {
        await this.#watch.act(call.init, task)
      } finally {
        call.running--
        // Without callbacks nobody tells of its end but its promise, which after a cancel comes before it.
        this.#watch.ends(task.id, call.init.callbacks === 'none' || call.group === 'submit')
      }
    }
  }

  #entered(call: ModelCall, { id }: PoolTask): void {
    this.#watch.begins(id)
    expect(call.isCancelled).toBe(false)
    this.#owners.push(call)
    call.started++
    call.running++
    expect(call.running).toBeLessThanOrEqual(call.limit)
  }

  #cancelGroup(index: number): void {
    const call = this.#calls[index]
    if (call === undefined || call.isCancelled) return
    if (call.group !== 'submit') this.#pool.getGroupIds(call.group)
    this.#pool.cancelGroup(call.group)
    for (const one of this.#calls) if (one.group === call.group) this.#stopCall(one)
  }

  #stopCall(call: ModelCall): void {
    call.isCancelled = true
    for (const id of [...this.#watch.running]) {
      if (this.#owners[id] === call) this.#watch.stop(id)
    }
  }

  #nonsense(): void {
    const before = this.#watch.snapshot()
    const pool = this.#pool
    const work = (): void => {}
    expect(() => pool.apply(3 as never)).toThrow('`fn`')
    expect(() => pool.apply(work, { num: 0 })).toThrow('`num`')
    expect(() => pool.map(work, 5 as never)).toThrow('`items`')
    expect(() => pool.map(work, [], { numConcurrent: 0 })).toThrow('`numConcurrent`')
    expect(() => pool.cancelGroup('nobody')).toThrow("named 'nobody'")
    expect(() => {
      pool.poolSize = 1.5
    }).toThrow('`poolSize`')
    expect(this.#watch.snapshot()).toEqual(before)
  }
}
