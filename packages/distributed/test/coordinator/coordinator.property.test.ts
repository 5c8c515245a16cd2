import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comesBefore } from '../../src/coordinator/call-order.js'
import type { CallOwner, CallRequest, Ending } from '../../src/coordinator/call-request.js'
import type { PoolCall } from '../../src/coordinator/pool-call.js'
import { PoolModel, reason } from './pool-model.js'

const plain: CallRequest = { task: '', kind: 'call', args: [], depth: 0, attempt: 1, priority: 0 }
const deaf: CallOwner = { ended: () => {} }

/** Lets the line go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await Promise.resolve()
}

type Step =
  | { readonly submit: number }
  | { readonly nest: number }
  | { readonly begin: number }
  | { readonly end: number }
  | { readonly cancel: number }
  | { readonly crash: number }
  | { readonly retire: number }
  | { readonly join: true }
  | { readonly answer: number; readonly yes: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ submit: fc.integer({ min: -1, max: 1 }) }) },
  { weight: 4, arbitrary: fc.record({ nest: fc.nat(20) }) },
  { weight: 8, arbitrary: fc.record({ begin: fc.nat(20) }) },
  { weight: 7, arbitrary: fc.record({ end: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ cancel: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ crash: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ retire: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ join: fc.constant(true as const) }) },
)

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list.length === 0 ? undefined : list[index % list.length]
}

function take(model: PoolModel, one: Step): void {
  const { coordinator, workers } = model
  if ('submit' in one) model.submit({ priority: one.submit })
  else if ('nest' in one) {
    const parent = pick(
      workers.flatMap(({ begun }) => begun),
      one.nest,
    )
    if (parent) model.submit({ parent })
  } else if ('begin' in one) {
    const worker = pick(workers, one.begin)
    if (worker) model.begin(worker)
  } else if ('end' in one) {
    const worker = pick(workers, one.end)
    if (worker) model.end(worker, one.end)
  } else if ('cancel' in one) {
    const call = pick(model.calls, one.cancel)
    if (call) coordinator.cancel(call, reason)
  } else if ('crash' in one) {
    const worker = pick(workers, one.crash)
    if (worker) model.crash(worker)
  } else if ('retire' in one) {
    const worker = pick(workers, one.retire)
    if (worker?.seat) coordinator.retire(worker.seat)
  } else if ('answer' in one) model.answer(one.answer, one.yes)
  else model.addWorker()
}

/** Lets everything that is there come to its end. */
async function finish(model: PoolModel): Promise<void> {
  model.addWorker()
  for (let round = 0; round < 2000 && !model.coordinator.isIdle; round++) {
    model.answer(round, true)
    for (const worker of [...model.workers]) {
      model.begin(worker)
      model.end(worker, round)
    }
    await turns()
  }
}

describe('Coordinator', () => {
  it('keeps its counts, its slots and its word, whatever comes in which order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 2 }),
        fc.array(step, { maxLength: 60 }),
        async (concurrency, breadth, steps) => {
          const model = new PoolModel(concurrency)
          for (let i = 0; i < breadth; i++) model.addWorker()
          for (const one of steps) {
            take(model, one)
            await Promise.resolve()
            await Promise.resolve()
            model.check()
            expect(model.problems).toEqual([])
          }
          await finish(model)
          model.check()
          expect(model.problems).toEqual([])
          expect(model.coordinator.isIdle).toBe(true)
          expect(model.calls.every((call) => call.isSettled)).toBe(true)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('keeps them too where workers are asked for each call', async () => {
    const answer = fc.record({ answer: fc.nat(20), yes: fc.boolean() })
    const steps = fc.array(
      fc.oneof({ weight: 3, arbitrary: step }, { weight: 1, arbitrary: answer }),
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), steps, async (concurrency, all) => {
        const model = new PoolModel(concurrency, true)
        model.addWorker()
        for (const one of all) {
          take(model, one)
          await turns()
          model.check()
          expect(model.problems).toEqual([])
        }
        await finish(model)
        model.check()
        expect(model.problems).toEqual([])
        expect(model.calls.every((call) => call.isSettled)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('sends calls of one key to the same worker, while that has a free slot', async () => {
    const model = new PoolModel(2)
    const accept = async (key: string): Promise<PoolCall> => {
      const headers = { 'conc-affinity': key }
      const call = model.coordinator.accept({ ...plain, headers }, deaf)
      await turns()
      return call
    }
    const [first, second] = [model.addWorker(), model.addWorker()]
    const seats = [(await accept('a')).seat, (await accept('b')).seat, (await accept('a')).seat]
    expect(seats).toEqual([first.seat, second.seat, first.seat])
    // Full: the key moves on.
    expect((await accept('a')).seat).toBe(second.seat)
    if (second.seat) model.coordinator.retire(second.seat)
    model.begin(first)
    model.end(first, 0)
    expect((await accept('b')).seat).toBe(first.seat)
  })

  it('assigns deeper calls first, then higher priorities, then in the order of arrival', async () => {
    const rank = fc.record({ priority: fc.integer({ min: -2, max: 2 }), depth: fc.nat(2) })
    await fc.assert(
      fc.asyncProperty(fc.array(rank, { maxLength: 20 }), async (ranks) => {
        const model = new PoolModel(1)
        const worker = model.addWorker()
        model.submit()
        await Promise.resolve()
        const waiting = ranks.map((one) => model.submit(one))
        for (let round = 0; !model.coordinator.isIdle; round++) {
          model.begin(worker)
          model.end(worker, round)
          await Promise.resolve()
        }
        const expected = waiting.sort(
          ({ id, request: one }, { id: otherId, request: other }) =>
            other.depth - one.depth || other.priority - one.priority || id - otherId,
        )
        expect(model.order.slice(1).map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
      }),
    )
  })

  it('has one order for its own calls and those that wait in front of it', async () => {
    const rank = fc.record({
      priority: fc.integer({ min: -1, max: 1 }),
      depth: fc.nat(1),
      isInFront: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(rank, { maxLength: 20 }), async (ranks) => {
        const model = new PoolModel(1)
        const worker = model.addWorker()
        model.submit()
        await Promise.resolve()
        const all = ranks.map((one, index) => ({ ...one, waitsSince: index + 1 }))
        const sorted = [...all].sort((one, other) => (comesBefore(one, other) ? -1 : 1))
        const front = sorted.filter((one) => one.isInFront)
        const send = (): void => void model.submit(front.shift())
        model.coordinator.beforeNext((next) => {
          if (front[0] && comesBefore(front[0], next)) send()
        })
        for (const one of all) {
          model.now = one.waitsSince
          if (!one.isInFront) model.submit({ priority: one.priority, depth: one.depth })
        }
        for (let round = 0; round <= all.length; round++) {
          if (front.length > 0 && model.coordinator.waiting === 0) send()
          model.begin(worker)
          model.end(worker, round)
          await Promise.resolve()
        }
        expect(model.order.slice(1).map(({ waitsSince }) => waitsSince)).toEqual(
          sorted.map(({ waitsSince }) => waitsSince),
        )
      }),
    )
  })

  it('gives back what had not begun on a lost worker, in its old order', async () => {
    const model = new PoolModel(3)
    const first = model.addWorker()
    const calls = [model.submit(), model.submit(), model.submit()]
    await Promise.resolve()
    model.begin(first)
    model.crash(first)
    expect(calls.map(({ state }) => state)).toEqual(['settled', 'waiting', 'waiting'])
    const second = model.addWorker()
    await Promise.resolve()
    await Promise.resolve()
    expect(second.assigned).toEqual(calls.slice(1))
    expect(model.endings.get(calls[0] as never)).toMatchObject([{ phase: 'infra', started: true }])
  })

  it('cancels the children of what it cancels, and refuses those that come later', async () => {
    const model = new PoolModel(2)
    const worker = model.addWorker()
    const parent = model.submit()
    await Promise.resolve()
    model.begin(worker)
    const child = model.submit({ parent })
    model.coordinator.cancel(parent, reason)
    expect(child.isSettled).toBe(true)
    const late = model.submit({ parent })
    await Promise.resolve()
    expect(model.endings.get(late)).toMatchObject([{ ok: false, started: false }])
    expect(late.cancelled?.error).toMatchObject({ code: 'CONC_TASK_CANCELLED', origin: 'parent' })
  })

  it('passes over a worker that has not answered for a while, as long as another has room', async () => {
    const model = new PoolModel(2)
    const silent = model.addWorker()
    model.submit()
    await Promise.resolve()
    model.now += 51
    const other = model.addWorker()
    model.begin(other)
    const calls = [model.submit(), model.submit(), model.submit()]
    await Promise.resolve()
    await Promise.resolve()
    expect(other.assigned).toEqual(calls.slice(0, 2))
    expect(silent.assigned.slice(1)).toEqual(calls.slice(2))
  })

  it('runs suspects of a lost worker alone, and refuses the one that did it again', async () => {
    const model = new PoolModel(4)
    const crashWith = async (tasks: string[]): Promise<PoolCall[]> => {
      const worker = model.addWorker()
      const calls = tasks.map((task) => model.coordinator.accept({ ...plain, task }, deaf))
      await turns()
      const there = calls.filter((call) => call.seat === worker.seat)
      for (const _ of there) model.begin(worker)
      model.crash(worker)
      return there
    }
    expect(await crashWith(['guilty', 'innocent'])).toHaveLength(2)
    // One at a time from now on.
    const worker = model.addWorker()
    const suspects = ['innocent', 'guilty'].map((task) =>
      model.coordinator.accept({ ...plain, task }, deaf),
    )
    await turns()
    expect(suspects.map(({ state }) => state)).toEqual(['assigned', 'waiting'])
    model.begin(worker)
    model.end(worker, 0)
    await turns()
    expect(suspects.map(({ state }) => state)).toEqual(['settled', 'assigned'])
    model.begin(worker)
    model.crash(worker)
    for (let time = 0; time < 2; time++) await crashWith(['guilty'])
    const endings: Ending[] = []
    model.coordinator.accept(
      { ...plain, task: 'guilty' },
      { ended: (ending) => void endings.push(ending) },
    )
    await turns()
    expect(endings).toMatchObject([{ ok: false, started: false }])
    const [ending] = endings
    expect(ending?.ok === false && ending.fault.error).toMatchObject({ code: 'CONC_POISON_TASK' })
    expect(await crashWith(['innocent'])).toHaveLength(1)
  })

  it('sets aside what no free worker may run, without holding up the others', async () => {
    const model = new PoolModel(1)
    const plain = model.addWorker()
    const tagged = { ...model.submit().request, tags: ['gpu'] }
    await Promise.resolve()
    const settled: string[] = []
    const call = model.coordinator.accept(tagged, { ended: () => settled.push('tagged') })
    const next = model.submit()
    await Promise.resolve()
    model.begin(plain)
    model.end(plain, 0)
    await Promise.resolve()
    expect([call.state, next.state]).toEqual(['waiting', 'assigned'])
    const gpu = model.addWorker(['gpu'])
    await Promise.resolve()
    expect(gpu.assigned).toEqual([call])
  })
})
