import fc from 'fast-check'
import { expect } from 'vitest'
import { type PoolTask, type TaskInfo, TaskPool } from '../src/index.js'

/** What a body does when its signal aborts. */
type Manner = 'heeds' | 'ignores' | 'recovers' | 'fails'
type Callback = 'none' | 'async' | 'throws'

interface CallInit {
  readonly manner: Manner
  readonly fails: boolean
  readonly callbacks: Callback
}

export type Step =
  | (CallInit & { readonly do: 'apply'; readonly num: number })
  | (CallInit & {
      readonly do: 'map'
      readonly items: number
      readonly numConcurrent: number
      readonly source: 'array' | 'async' | 'throwing'
    })
  | (CallInit & { readonly do: 'submit' })
  | { readonly do: 'cancel'; readonly id: number }
  | { readonly do: 'cancelGroup'; readonly call: number }
  | { readonly do: 'cancelAll' | 'lock' | 'unlock' | 'flush' | 'nonsense' }
  | { readonly do: 'resize'; readonly size: number }

const callInit = {
  manner: fc.constantFrom<Manner>('heeds', 'heeds', 'ignores', 'recovers', 'fails'),
  fails: fc.boolean(),
  callbacks: fc.constantFrom<Callback>('none', 'async', 'throws'),
}

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({ do: fc.constant('apply'), num: fc.integer({ min: 1, max: 4 }), ...callInit }),
    fc.record({
      do: fc.constant('map'),
      items: fc.integer({ min: 0, max: 5 }),
      numConcurrent: fc.integer({ min: 1, max: 3 }),
      source: fc.constantFrom('array', 'async', 'throwing'),
      ...callInit,
    }),
    fc.record({ do: fc.constant('submit'), ...callInit }),
    fc.record({ do: fc.constant('cancel'), id: fc.nat(5) }),
    fc.record({ do: fc.constant('cancelGroup'), call: fc.nat(3) }),
    fc.record({
      do: fc.constantFrom('cancelAll', 'lock', 'unlock', 'nonsense'),
    }),
    fc.record({ do: fc.constant('flush') }),
    fc.record({ do: fc.constant('resize'), size: fc.nat(4) }),
  ),
  // The small arrays that are usual leave most of what can meet unmet.
  { maxLength: 40, size: 'large' },
)

/** One call as the model sees it. */
class ModelCall {
  group = ''
  started = 0
  running = 0
  isCancelled = false
  /** Tasks to come: all of them, unless the call is cancelled. */
  readonly expected: number
  readonly limit: number
  readonly init: CallInit

  constructor(init: CallInit, expected: number, limit = Number.POSITIVE_INFINITY) {
    this.init = init
    this.expected = expected
    this.limit = limit
  }
}

/** A pool that is driven step by step, with what has to hold at every moment. */
export class PoolModel {
  readonly pool: TaskPool
  readonly #scheduler: fc.Scheduler
  readonly #calls: ModelCall[] = []
  /** What happened to each task, by id. */
  readonly #events: string[][] = []
  readonly #owners: ModelCall[] = []
  readonly #pending: Promise<unknown>[] = []
  /** Ids of the tasks whose body runs and that nobody told to stop, and of those that somebody did. */
  readonly #running = new Set<number>()
  readonly #stopping = new Set<number>()
  #flushing = 0
  #flushed = 0
  #isLocked = false

  constructor(scheduler: fc.Scheduler, poolSize: number) {
    this.#scheduler = scheduler
    this.pool = new TaskPool({ poolSize })
  }

  async run(all: readonly Step[]): Promise<void> {
    for (const step of all) {
      await this.#scheduler.schedule(Promise.resolve(), 'arrive')
      this.#take(step)
      this.check()
    }
  }

  /** Ends everything, and checks what is left. */
  async end(): Promise<void> {
    this.pool.poolSize = Number.POSITIVE_INFINITY
    const [outcomes] = await Promise.all([
      this.pool.gatherAndClose({ throwOnError: false }),
      this.pool.untilClosed(),
    ])
    await Promise.all(this.#pending)
    this.#flushed += outcomes.length
    expect(this.#flushed).toBe(this.#events.length)
    const { isClosed, numRunning, numCancelled, numEnded, numWaiting, load } = this.pool
    expect([isClosed, numRunning, numCancelled, numEnded, numWaiting, load.running]).toEqual([
      true,
      0,
      0,
      0,
      0,
      0,
    ])
    for (const call of this.#calls) {
      if (!call.isCancelled) expect(call.started).toBe(call.expected)
    }
    for (const events of this.#events)
      expect(events.filter((one) => one === 'ended')).toHaveLength(1)
  }

  check(): void {
    const { numRunning, numCancelled, numEnded } = this.pool
    const counted = numRunning + numCancelled + numEnded + this.#flushed
    if (this.#flushing === 0) expect(counted).toBe(this.#events.length)
    expect(counted).toBeLessThanOrEqual(this.#events.length)
  }

  #take(step: Step): void {
    switch (step.do) {
      case 'apply':
        this.#start(new ModelCall(step, step.num), (call, options) =>
          this.pool.apply(this.#body(call), { ...options, num: step.num }),
        )
        break
      case 'map':
        this.#map(step)
        break
      case 'submit':
        this.#submit(step)
        break
      case 'cancel':
        this.#cancel(step.id)
        break
      case 'cancelGroup':
        this.#cancelGroup(step.call)
        break
      case 'cancelAll':
        for (const call of this.#calls) this.#stopCall(call)
        this.pool.cancelAll()
        break
      case 'lock':
        this.#isLocked = true
        this.pool.lock()
        break
      case 'unlock':
        this.#isLocked = false
        this.pool.unlock()
        break
      case 'flush':
        this.#flush()
        break
      case 'resize':
        this.pool.poolSize = step.size
        expect(this.pool.poolSize).toBe(step.size)
        break
      case 'nonsense':
        this.#nonsense()
    }
  }

  #map(step: Step & { do: 'map' }): void {
    const { items, numConcurrent, source } = step
    this.#start(new ModelCall(step, items, numConcurrent), (call, options) => {
      const body = this.#body(call)
      const all = this.#items(items, source)
      return this.pool.map((_: number, task) => body(task), all, { ...options, numConcurrent })
    })
  }

  #start(call: ModelCall, start: (call: ModelCall, options: object) => string): void {
    const started = this.#events.length
    if (this.#isLocked) {
      expect(() => start(call, {})).toThrow('is locked')
      return
    }
    call.group = start(call, this.#callbacksOf(call.init.callbacks))
    this.#calls.push(call)
    // No function is entered inside the call.
    expect(this.#events.length).toBe(started)
  }

  #submit(init: CallInit): void {
    const call = new ModelCall(init, 1)
    const body = this.#body(call)
    const id = { now: -1 }
    const work = (): Promise<void> => {
      id.now = this.#events.length
      return body({ id: id.now, signal: new AbortController().signal } as PoolTask)
    }
    const promise = this.pool.submit(work, [])
    if (this.#isLocked) {
      this.#pending.push(expect(promise).rejects.toThrow('is locked'))
      return
    }
    call.group = 'submit'
    this.#calls.push(call)
    // Without callbacks nobody tells of its end but the promise, which after a cancel comes before it.
    this.#pending.push(
      promise.then(
        () => {},
        () => {},
      ),
    )
  }

  #body(call: ModelCall): (task: PoolTask) => Promise<void> {
    return async (task) => {
      this.#entered(call, task)
      try {
        await this.#work(call.init.manner, task.signal)
        if (call.init.fails) throw new Error('the body failed')
      } finally {
        call.running--
        this.#running.delete(task.id)
        this.#stopping.delete(task.id)
        if (call.init.callbacks === 'none' || call.group === 'submit') this.#note(task.id, 'ended')
      }
    }
  }

  #entered(call: ModelCall, { id }: PoolTask): void {
    expect(id).toBe(this.#events.length)
    expect(call.isCancelled).toBe(false)
    this.#events.push(['started'])
    this.#running.add(id)
    this.#owners.push(call)
    call.started++
    call.running++
    expect(this.pool.load.running).toBeLessThanOrEqual(this.pool.poolSize)
    expect(call.running).toBeLessThanOrEqual(call.limit)
  }

  async #work(manner: Manner, signal: AbortSignal): Promise<void> {
    const done = this.#scheduler.schedule(Promise.resolve(), 'body')
    if (manner === 'ignores') return await done
    const aborted = new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => {
        if (manner === 'heeds') reject(signal.reason)
        else if (manner === 'fails') reject(new Error('the clean-up failed'))
        else resolve()
      })
    })
    await Promise.race([done, aborted])
  }

  #callbacksOf(callbacks: Callback): object {
    if (callbacks === 'none') return {}
    const callback = (event: 'cancelled' | 'ended') => async (id: number, info: TaskInfo) => {
      expect(info.name).toBe(`${this.pool.name}_Task-${id}`)
      this.#note(id, event)
      if (event === 'cancelled') expect(info.settled.status).toBe('cancelled')
      this.check()
      await this.#scheduler.schedule(Promise.resolve(), event)
      if (callbacks === 'throws') throw new Error('the callback failed')
    }
    return { onCancel: callback('cancelled'), onEnd: callback('ended') }
  }

  #note(id: number, event: 'cancelled' | 'ended'): void {
    const events = this.#events[id] as string[]
    // Once each, and `onCancel` before `onEnd`.
    expect(events).not.toContain('ended')
    expect(events).not.toContain(event)
    events.push(event)
  }

  #items(
    count: number,
    kind: 'array' | 'async' | 'throwing',
  ): Iterable<number> | AsyncIterable<number> {
    const scheduler = this.#scheduler
    if (kind === 'array') return Array.from({ length: count }, (_, index) => index)
    if (kind === 'throwing') {
      return (function* () {
        for (let index = 0; index < count; index++) yield index
        throw new Error('the source failed')
      })()
    }
    return (async function* () {
      for (let index = 0; index < count; index++) {
        await scheduler.schedule(Promise.resolve(), 'item')
        yield index
      }
    })()
  }

  #cancel(id: number): void {
    const before = this.#snapshot()
    try {
      this.pool.cancel(id)
      this.#stop(id)
    } catch (error) {
      expect([...this.#running]).not.toContain(id)
      expect((error as Error).name).toMatch(/^(TaskNotFound|AlreadyCancelled|AlreadyEnded)Error$/)
      expect(this.#snapshot()).toEqual(before)
    }
    // All or none.
    expect(() => this.pool.cancel([id, 1_000])).toThrow()
  }

  #cancelGroup(index: number): void {
    const call = this.#calls[index]
    if (call === undefined) return
    const isKnown = !call.isCancelled
    if (isKnown && call.group !== 'submit') this.pool.getGroupIds(call.group)
    if (!isKnown) return
    this.pool.cancelGroup(call.group)
    for (const one of this.#calls) if (one.group === call.group) this.#stopCall(one)
  }

  #stopCall(call: ModelCall): void {
    call.isCancelled = true
    for (const id of [...this.#running]) if (this.#owners[id] === call) this.#stop(id)
  }

  #stop(id: number): void {
    if (this.#running.delete(id)) this.#stopping.add(id)
  }

  #flush(): void {
    this.#flushing++
    const stopping = [...this.#stopping]
    const flushed = this.pool.flush({ throwOnError: false }).then((outcomes) => {
      for (const id of stopping) expect(this.#events[id]).toContain('ended')
      this.#flushing--
      this.#flushed += outcomes.length
    })
    this.#pending.push(flushed)
  }

  #nonsense(): void {
    const before = this.#snapshot()
    const work = (): void => {}
    expect(() => this.pool.apply(3 as never)).toThrow('`fn`')
    expect(() => this.pool.apply(work, { num: 0 })).toThrow('`num`')
    expect(() => this.pool.map(work, 5 as never)).toThrow('`items`')
    expect(() => this.pool.map(work, [], { numConcurrent: 0 })).toThrow('`numConcurrent`')
    expect(() => this.pool.cancelGroup('nobody')).toThrow("named 'nobody'")
    expect(() => {
      this.pool.poolSize = 1.5
    }).toThrow('`poolSize`')
    expect(this.#snapshot()).toEqual(before)
  }

  #snapshot(): unknown {
    const { poolSize, numRunning, numCancelled, numEnded, numWaiting, isLocked } = this.pool
    return { poolSize, numRunning, numCancelled, numEnded, numWaiting, isLocked }
  }
}
