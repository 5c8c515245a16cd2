import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Queue } from '../src/index.js'

type Step =
  | { readonly do: 'put' | 'get' | 'take' | 'tryPut' | 'tryGet' | 'settle' | 'tick' }
  | { readonly do: 'abort' | 'putBack'; readonly which: number }

const steps = fc.array(
  fc.oneof<fc.Arbitrary<Step>[]>(
    fc.record({
      do: fc.constantFrom('put', 'get', 'take', 'tryPut', 'tryGet', 'settle', 'tick'),
    }),
    fc.record({ do: fc.constantFrom('abort', 'putBack'), which: fc.nat(5) }),
  ),
  { maxLength: 60, size: 'large' },
)

/** Waits of producers and consumers, and what became of each item. */
class QueueModel {
  readonly queue: Queue<number>
  readonly #waits: AbortController[] = []
  /** In the order they were asked for; promises tell of it later, and each in its own time. */
  readonly #puts: { readonly item: number; isIn: boolean }[] = []
  readonly #gets: { item?: number }[] = []
  readonly #settling: (() => void)[] = []
  #leases: { readonly item: number; putBack(): void }[] = []
  readonly #pending: Promise<unknown>[] = []
  #next = 0
  hasPutBack = false

  constructor(maxSize: number) {
    this.queue = new Queue<number>({ maxSize })
  }

  take(step: Step): void {
    if (step.do === 'put') this.#put()
    else if (step.do === 'tryPut') this.#tryPut()
    else if (step.do === 'get') this.#get()
    else if (step.do === 'tryGet') this.#tryGet()
    else if (step.do === 'take') this.#take()
    else if (step.do === 'settle') this.#settling.shift()?.()
    else if (step.do === 'abort') this.#waits[step.which]?.abort('given up')
    else if (step.do === 'putBack') this.#putBack(step.which)
    const { size, maxSize, unfinished } = this.queue
    if (!this.hasPutBack) expect(size).toBeLessThanOrEqual(maxSize)
    expect(unfinished).toBeGreaterThanOrEqual(size)
  }

  /** Takes everything that is left, and checks that nothing is lost, doubled or out of order. */
  async end(): Promise<void> {
    for (const wait of this.#waits) wait.abort('the end')
    await Promise.all(this.#pending)
    for (let taken = this.queue.tryGet(); taken; taken = this.queue.tryGet()) {
      this.#arrived({}, taken.item)
    }
    const puts = this.#puts.filter(({ isIn }) => isIn).map(({ item }) => item)
    const gets = this.#gets.flatMap(({ item }) => item ?? [])
    if (!this.hasPutBack) expect(gets).toEqual(puts)
    expect(gets.sort(ascending)).toEqual(puts.sort(ascending))
    for (const settle of this.#settling.splice(0)) settle()
    await this.queue.join()
    expect([this.queue.size, this.queue.unfinished]).toEqual([0, 0])
  }

  #signal(): { signal: AbortSignal } {
    const controller = new AbortController()
    this.#waits.push(controller)
    return controller
  }

  #put(): void {
    const put = { item: this.#next++, isIn: false }
    this.#puts.push(put)
    const done = this.queue.put(put.item, this.#signal()).then(
      () => {
        put.isIn = true
      },
      () => {},
    )
    this.#pending.push(done)
  }

  #tryPut(): void {
    const item = this.#next++
    this.#puts.push({ item, isIn: this.queue.tryPut(item) })
  }

  #tryGet(): void {
    const taken = this.queue.tryGet()
    if (taken) this.#arrived({}, taken.item)
  }

  #get(): void {
    const get = {}
    this.#gets.push(get)
    const done = this.queue.get(this.#signal()).then(
      (item) => this.#arrived(get, item),
      () => {},
    )
    this.#pending.push(done)
  }

  #arrived(get: { item?: number }, item: number): void {
    get.item = item
    if (!this.#gets.includes(get)) this.#gets.push(get)
    this.#settling.push(() => this.queue.itemProcessed())
  }

  #take(): void {
    const get: { item?: number } = {}
    this.#gets.push(get)
    const done = this.queue.take(this.#signal()).then(
      (lease) => {
        get.item = lease.item
        this.#leases.push(lease)
        this.#settling.push(() => {
          this.#leases = this.#leases.filter((one) => one !== lease)
          lease.done()
        })
      },
      () => {},
    )
    this.#pending.push(done)
  }

  #putBack(which: number): void {
    const [lease] = this.#leases.splice(which, 1)
    if (lease === undefined) return
    const before = this.queue.unfinished
    lease.putBack()
    // In one step: nobody who joins may see a count less.
    expect(this.queue.unfinished).toBe(before)
    this.hasPutBack = true
    for (const get of this.#gets) if (get.item === lease.item) delete get.item
  }
}

const ascending = (one: number, other: number): number => one - other

describe('Queue, used in any order', () => {
  it('loses nothing, doubles nothing, and keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (maxSize, all) => {
        const model = new QueueModel(maxSize)
        for (const step of all) {
          model.take(step)
          if (step.do === 'tick') await new Promise((resolve) => setImmediate(resolve))
        }
        await model.end()
      }),
    )
  })
})
