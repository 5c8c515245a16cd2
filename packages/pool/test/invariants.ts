import { AsyncLocalStorage } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { ExecutorClosedError } from '@conc/core'
import type { Scheduler } from 'fast-check'
import { expect, vi } from 'vitest'
import { type Callback, Pool, type PoolTask, type TaskHandle } from '../src/index.js'

/** How a body ends: by itself when the scheduler says so, and when it is cancelled. */
export interface BodyPlan {
  readonly outcome: 'value' | 'error' | 'throws'
  readonly onAbort: 'ignores' | 'heeds' | 'fails'
  readonly callback: 'none' | 'value' | 'error'
}

/** Who may start next: a single call once, a map as often as it has items. */
interface Entry {
  readonly label: string
  left: number
  isGone: () => boolean
}

interface MapRecord {
  readonly label: string
  readonly ahead: number
  pulled: number
  isCut: boolean
  started: number[]
}

/** A pool under test: every function it is given reports here, and what must always hold is checked from here. */
export class Subject {
  readonly pool: Pool
  readonly handles: TaskHandle<unknown>[] = []
  readonly controllers: AbortController[] = []
  readonly #scheduler: Scheduler
  readonly #context = new AsyncLocalStorage<string>()
  readonly #line: Entry[] = []
  readonly #maps: MapRecord[] = []
  readonly #ends = new Map<TaskHandle<unknown>, unknown>()
  readonly #promises: Promise<unknown>[] = []
  readonly #broken: unknown[] = []
  #isClosed = false
  #calls = 0
  #starts = 0
  #active = 0
  #startsWhenLowered = 0

  constructor(scheduler: Scheduler, size: number, cancelPolicy: 'hold' | 'immediate') {
    this.#scheduler = scheduler
    this.pool = new Pool({ size, cancelPolicy })
  }

  spawn(plan: BodyPlan, timeoutMs?: number): void {
    const label = this.#label('spawn')
    let handle: TaskHandle<unknown> | undefined
    const entry = this.#enqueue(label, 1, () => handle?.status === 'cancelled')
    this.#context.run(label, () => {
      const called = (): void => expect(handle?.status, `${label} is called`).not.toBe('cancelled')
      const spawn = (): TaskHandle<unknown> =>
        this.pool.spawnN((task) => this.#body(entry, plan, task, called), {
          ...this.#callback(plan, label, called),
          ...(timeoutMs && { timeoutMs }),
        })
      if (this.#isClosed) expect(spawn).toThrow(ExecutorClosedError)
      else handle = spawn()
    })
    if (handle) this.handles.push(handle)
  }

  exec(plan: BodyPlan, isAborted: boolean): void {
    const label = this.#label('exec')
    const { signal } = this.#controller(isAborted)
    const entry = this.#enqueue(label, 1, () => signal.aborted)
    this.#context.run(label, () => {
      this.#settles(
        this.pool.exec((task) => this.#body(entry, plan, task), {
          signal,
          ...this.#callback(plan, label),
        }),
      )
    })
  }

  map(plan: BodyPlan, count: number, source: 'array' | 'iterable' | 'async'): void {
    const label = this.#label('map')
    const { signal } = this.#controller(false)
    const record: MapRecord = {
      label,
      ahead: source === 'async' ? 1 : 0,
      pulled: 0,
      isCut: false,
      started: [],
    }
    this.#maps.push(record)
    // An async source stands in line when an item has come, so its place is not that of the call.
    const entry = source === 'async' ? undefined : this.#enqueue(label, count, () => signal.aborted)
    const fn = (item: number, task: PoolTask): Promise<unknown> => {
      record.started.push(item)
      return this.#body(entry, plan, task, undefined, label)
    }
    this.#context.run(label, () => {
      const results = this.pool.map(fn, items(record, count, source), {
        signal,
        results: 'settled',
        ...this.#callback(plan, label),
      })
      this.#settles(
        results.then((given) => {
          const pulled = source === 'array' ? record.started.length : record.pulled
          // What an async source was asked for before a cancel, and gave after it, is nobody's item.
          const lost = record.isCut ? pulled - given.length : 0
          expect(lost).toBeLessThanOrEqual(record.ahead)
          expect(given.length, `results of ${label}`).toBe(pulled - lost)
        }),
      )
    })
  }

  cancelOne(index: number): void {
    const handle = this.handles[index % Math.max(this.handles.length, 1)]
    if (handle === undefined) return
    const accepts = handle.status === 'waiting' || handle.status === 'running'
    this.#settles(
      this.pool.cancel(handle).then((report) => {
        expect(report.cancelled).toBe(accepts ? 1 : 0)
        expect(report.results.length).toBe(report.cancelled)
      }),
    )
  }

  cancelAll(): void {
    const accepting = this.handles.filter(
      ({ status }) => status === 'waiting' || status === 'running',
    )
    const reported = this.pool.cancel({ results: 'handle' })
    for (const handle of accepting) expect(['cancelling', 'cancelled']).toContain(handle.status)
    this.cutOff()
    this.#settles(
      reported.then(({ cancelled, results }) => {
        expect(cancelled).toBe(results.length)
        expect(new Set(results).size).toBe(cancelled)
        for (const handle of accepting) expect(results).toContain(handle)
        for (const handle of results) expect(handle.done).toBe(true)
      }),
    )
  }

  /** Nothing that waits now starts any more. */
  cutOff(): void {
    this.#line.length = 0
    for (const map of this.#maps) map.isCut = true
  }

  resize(size: number): void {
    if (size < this.pool.running) this.#startsWhenLowered = this.#starts
    this.pool.size = size
  }

  join(): void {
    this.#settles(this.pool.join().then((joined) => expect(joined).toBe(true)))
  }

  /** Refuses what comes afterwards, and ends what is there. */
  close(pending: 'run' | 'reject', timeoutMs: number): void {
    this.#isClosed = true
    if (pending === 'reject') this.cutOff()
    this.#settles(this.pool.close({ pending, timeoutMs }))
  }

  /** What holds after each microtask. */
  check(): void {
    if (this.#broken.length > 0) throw this.#broken[0]
    const { running, size, cancelling } = this.pool
    must(running <= size || this.#starts === this.#startsWhenLowered, 'more run than may')
    must(this.#active <= running, 'a body without a slot')
    must(cancelling <= running, 'more end than run')
    for (const handle of this.handles) if (handle.done) this.#checkEnd(handle)
    for (const { label, pulled, started, ahead } of this.#maps) {
      must(pulled - started.length <= ahead, `${label} pulls ahead`)
      must(started.at(-1) === undefined || started.at(-1) === started.length - 1, `${label} order`)
    }
  }

  /** What holds when the microtasks have run dry. */
  checkDrained(): void {
    const { waiting, running, size } = this.pool
    must(waiting === 0 || running >= size, 'some wait beside a free slot')
  }

  /** What holds at the end: everything is settled, and nothing is left. */
  async checkIdle(): Promise<void> {
    this.check()
    await Promise.all(this.#promises)
    expect(await this.pool.join()).toBe(true)
    expect(this.pool).toMatchObject({ running: 0, waiting: 0, cancelling: 0, isEmpty: true })
    expect(this.handles.every(({ done }) => done)).toBe(true)
    for (const { signal } of this.controllers) {
      expect(getEventListeners(signal, 'abort'), 'listeners').toEqual([])
    }
    expect(vi.getTimerCount()).toBe(0)
  }

  #body(
    entry: Entry | undefined,
    plan: BodyPlan,
    task: PoolTask,
    called?: () => void,
    label = entry?.label,
  ): Promise<unknown> {
    this.#starts++
    this.#active++
    this.#verify(() => {
      called?.()
      must(this.#context.getStore() === label, `${label} lost its context`)
      if (entry) this.#takeTurn(entry)
      must(this.pool.running <= this.pool.size, `${label} has no room`)
    })
    const over = (): void => void this.#active--
    if (plan.outcome === 'throws') {
      over()
      throw new Error('at once')
    }
    return this.#work(plan, task).finally(over)
  }

  async #work(plan: BodyPlan, task: PoolTask): Promise<unknown> {
    const end = this.#scheduler.schedule(Promise.resolve(), 'body ends').then(() => {
      if (plan.outcome === 'error') throw new Error('body')
      return 'value'
    })
    if (plan.onAbort === 'ignores') return await end
    const aborted = new Promise((_, reject) => {
      const { signal } = task
      signal.addEventListener('abort', () =>
        reject(plan.onAbort === 'heeds' ? signal.reason : new Error('clean-up')),
      )
    })
    return await Promise.race([end, aborted]).finally(() => end.catch(() => {}))
  }

  #callback(
    { callback }: BodyPlan,
    label: string,
    called?: () => void,
  ): { cb?: Callback<unknown, unknown> } {
    if (callback === 'none') return {}
    return {
      cb: async (value) => {
        this.#verify(() => {
          called?.()
          must(this.#context.getStore() === label, `callback of ${label} lost its context`)
        })
        await this.#scheduler.schedule(Promise.resolve(), 'callback ends')
        if (callback === 'error') throw new Error('callback')
        return value
      },
    }
  }

  /** What fails in a function of the pool would only fail its task. */
  #verify(what: () => void): void {
    try {
      what()
    } catch (error) {
      this.#broken.push(error)
    }
  }

  /** Starts follow call order: whoever starts is the first in the model's line. */
  #takeTurn(entry: Entry): void {
    while (this.#line[0]?.isGone()) this.#line.shift()
    must(this.#line[0] === entry, `${entry.label} starts before ${this.#line[0]?.label}`)
    this.#line.shift()
    if (--entry.left > 0) this.#line.push(entry)
  }

  #enqueue(label: string, left: number, isGone: () => boolean): Entry {
    const entry = { label, left, isGone }
    if (left > 0 && !this.#isClosed) this.#line.push(entry)
    return entry
  }

  /** A handle that is done stays as it is. */
  #checkEnd(handle: TaskHandle<unknown>): void {
    const end = handle.status === 'fulfilled' ? handle.result() : handle.error()
    if (!this.#ends.has(handle)) this.#ends.set(handle, end)
    must(Object.is(this.#ends.get(handle), end), `${handle.name} settles twice`)
  }

  #controller(isAborted: boolean): AbortController {
    const controller = new AbortController()
    if (isAborted) controller.abort()
    else this.controllers.push(controller)
    return controller
  }

  #settles(promise: Promise<unknown>): void {
    const guarded = promise.catch((error) => {
      if (error instanceof Error && /AssertionError|Broken/.test(String(error))) throw error
    })
    guarded.catch(() => {})
    this.#promises.push(guarded)
  }

  #label(kind: string): string {
    return `${kind} ${++this.#calls}`
  }
}

/** `expect` costs too much after each microtask. */
function must(condition: boolean, what: string): void {
  if (!condition) throw new Error(`Broken: ${what}`)
}

function items(
  record: MapRecord,
  count: number,
  source: 'array' | 'iterable' | 'async',
): Iterable<number> | AsyncIterable<number> {
  const numbers = Array.from({ length: count }, (_, n) => n)
  if (source === 'array') return numbers
  const counted = function* (): Generator<number> {
    for (const n of numbers) {
      record.pulled++
      yield n
    }
  }
  if (source === 'iterable') return counted()
  return (async function* () {
    yield* counted()
  })()
}
