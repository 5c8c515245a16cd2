import { MessageChannel } from 'node:worker_threads'
import { RemoteError, SerializationError, withExecutor } from '@conc/core'
import { ThreadExecutor } from '@conc/threads'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  add,
  busy,
  checked,
  context,
  crowded,
  echo,
  fail,
  failTimes,
  fill,
  gated,
  OutOfStockError,
  range,
  readPort,
  report,
  reportBadly,
  tenant,
  thenable,
  thread,
  ticking,
  unclonable,
} from './fixtures/tasks.mjs'
import { becomes, firstReport, Gate, words } from './gate.js'

describe('ThreadExecutor', () => {
  let threads: ThreadExecutor
  beforeAll(() => {
    threads = new ThreadExecutor({ maxThreads: 2 })
  })
  afterAll(() => threads.close())

  describe('submit', () => {
    it('runs a task on a thread and resolves with its result', async () => {
      expect(await threads.submit(add, [1, 2])).toBe(3)
      expect(await withExecutor(threads, () => add(3, 4))).toBe(7)
      expect(await thread.on(threads)()).toBeGreaterThan(0)
    })

    it('reaches a thread that is awake, asleep, or just falling asleep, and so does the answer', async () => {
      const pauses = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 100, maxLength: 200 })
      const check = fc.asyncProperty(pauses, async (steps) => {
        for (const [here, there] of steps) {
          const answer = threads.submit(busy, [there / 1000])
          const end = performance.now() + here / 1000
          while (performance.now() < end) {}
          expect(await answer).toBe(there / 1000)
        }
      })
      await fc.assert(check, { numRuns: 20 })
    })

    it('never runs more than it has slots', async () => {
      const counts = words(0, 0)
      await Promise.all(Array.from({ length: 50 }, () => threads.submit(crowded, [counts.buffer])))
      expect(counts.values[0]).toBe(0)
      expect(counts.values[1]).toBeLessThanOrEqual(2)
    })

    it('starts higher priorities first, and equal ones in order', async () => {
      await using one = new ThreadExecutor({ maxThreads: 1 })
      const gate = new Gate()
      const first = one.submit(gated, [gate.buffer])
      const order: number[] = []
      const later = [0, 5, 0, 5, 9].map((priority, index) =>
        one.submit(echo, [index], { priority }).then((value) => order.push(value as number)),
      )
      gate.open()
      await Promise.all([first, ...later])
      expect(order).toEqual([4, 1, 3, 0, 2])
    })

    it('carries headers, context variables, deadline and the attempt', async () => {
      const told = await tenant.run('acme', () =>
        threads.submit(context, [], { headers: { traceparent: '00-1' }, timeoutMs: 60_000 }),
      )
      expect(told).toMatchObject({
        name: 'threads/context',
        attempt: 1,
        executor: 'threads',
        headers: { traceparent: '00-1' },
        tenant: 'acme',
      })
      expect(told.deadline).toBeGreaterThan(Date.now())
      expect((await threads.submit(context, [])).tenant).toBe('public')
    })

    it('waits for whatever can be waited for', async () => {
      expect(await threads.submit(thenable, ['resolving'])).toBe('resolved')
      await expect(threads.submit(thenable, ['rejecting'])).rejects.toBeInstanceOf(RangeError)
      await expect(threads.submit(thenable, ['throwing'])).rejects.toBeInstanceOf(EvalError)
    })

    it('lets timers of a thread go on that has nothing to do', async () => {
      const ticks = words(0)
      expect(await threads.submit(ticking, [ticks.buffer, 20])).toBe('answered')
      await becomes(ticks.values, 20)
    })

    it('validates arguments where the task runs', async () => {
      expect(await threads.submit(checked, [2])).toBe(4)
      await expect(threads.submit(checked, ['2' as never])).rejects.toMatchObject({
        code: 'CONC_TASK_INPUT',
        issues: [{ message: 'not a number', path: [0] }],
      })
    })

    it('refuses plain functions, streams and tasks without a file', async () => {
      await expect(threads.submit(() => 1, [])).rejects.toThrow(/Declare it/)
      await expect(threads.submit(range as never, [1])).rejects.toMatchObject({
        code: 'CONC_UNSUPPORTED_WORK',
      })
    })
  })

  describe('errors', () => {
    it('keeps class, message, code, fields and causes', async () => {
      await expect(threads.submit(fail, ['type'])).rejects.toSatisfy(
        (error: Error) => error instanceof TypeError && error.cause instanceof RangeError,
      )
      await expect(threads.submit(fail, ['coded'])).rejects.toMatchObject({
        code: 'ENOENT',
        path: '/x',
      })
      await expect(threads.submit(fail, ['registered'])).rejects.toSatisfy(
        (error) => error instanceof OutOfStockError && error.sku === 'bolt',
      )
      await expect(threads.submit(fail, ['aggregate'])).rejects.toSatisfy(
        (error) => error instanceof AggregateError && error.errors[0] instanceof SyntaxError,
      )
      await expect(threads.submit(fail, ['other'])).rejects.toSatisfy(
        (error) => error instanceof RemoteError && error.name === 'PrivateError',
      )
      await expect(threads.submit(fail, ['string'])).rejects.toBe('just text')
      await expect(threads.submit(fail, ['nothing'])).rejects.toBeUndefined()
    })

    it('shows the frames of the thread and which one it was', async () => {
      const error: Error = await threads.submit(fail, ['type']).catch((reason) => reason)
      expect(error.stack).toMatch(/tasks\.mjs/)
      expect(error.stack).toMatch(/task 'threads\/fail', thread \d+ of 'threads'/)
    })

    it('repeats a body that threw only where that is asked for', async () => {
      const counter = words(2)
      expect(await threads.submit(failTimes, [counter.buffer], { retry: 2 })).toBe(3)
      await expect(threads.submit(failTimes, [words(1).buffer])).rejects.toThrow('not yet')
    })
  })

  describe('values', () => {
    const samples = [
      undefined,
      null,
      -0,
      Number.NaN,
      10n,
      new Date(5),
      new Map([[1, new Set([2])]]),
    ]
    it.each(samples.map((value) => [value]))('brings %s there and back', async (value) => {
      expect(await threads.submit(echo, [value])).toEqual(value)
    })

    it('brings values of all kinds, small and large ones mixed', async () => {
      const value = fc.oneof(
        fc.double(),
        fc.integer(),
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.boolean(),
        fc.constantFrom(undefined, null, -0, 10n),
        fc.array(fc.string(), { maxLength: 3 }),
        fc.record({ x: fc.integer(), y: fc.double() }, { noNullPrototype: true }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(value, { maxLength: 30 }), async (values) => {
          const back = await Promise.all(values.map((one) => threads.submit(echo, [one])))
          expect(back).toStrictEqual(values)
        }),
        { numRuns: 50 },
      )
    })

    it('brings cycles and typed arrays', async () => {
      const cyclic: { self?: unknown; bytes: Uint8Array } = { bytes: new Uint8Array([1, 2]) }
      cyclic.self = cyclic
      const back = (await threads.submit(echo, [cyclic])) as typeof cyclic
      expect(back.self).toBe(back)
      expect(back.bytes).toEqual(cyclic.bytes)
    })

    it('names the path to an argument that cannot travel', async () => {
      const failure = threads.submit(echo, [{ socket: { on: () => {} } }])
      await expect(failure).rejects.toBeInstanceOf(SerializationError)
      await expect(failure).rejects.toMatchObject({ path: 'args[0].socket.on', started: false })
    })

    it('refuses what Node would silently empty', async () => {
      const failure = threads.submit(echo, [{ url: new URL('http://example.org/') }])
      await expect(failure).rejects.toMatchObject({ path: 'args[0].url' })
      await expect(threads.submit(unclonable, ['url'])).rejects.toMatchObject({
        code: 'CONC_SERIALIZATION',
        path: 'result.url',
        started: true,
      })
    })

    it('names a context variable that cannot travel', async () => {
      const failure = tenant.run((() => {}) as never, () => threads.submit(echo, [1]))
      await expect(failure).rejects.toMatchObject({ path: 'contextVars.get("threads/tenant")' })
    })

    it('loses no thread to a result that cannot travel', async () => {
      await using one = new ThreadExecutor({ maxThreads: 1 })
      const before = await one.submit(thread, [])
      await expect(one.submit(unclonable, ['function'])).rejects.toMatchObject({
        path: 'result.handlers[2]',
      })
      await expect(one.submit(unclonable, ['promise'])).rejects.toMatchObject({
        path: 'result.pending',
      })
      expect(await one.submit(thread, [])).toBe(before)
    })
  })

  describe('transfer', () => {
    it('moves arguments of the transfer list and results of move()', async () => {
      const bytes = new Uint8Array(1 << 20)
      const filled = await threads.submit(fill, [bytes], { transfer: [bytes.buffer] })
      expect(bytes.byteLength).toBe(0)
      expect([filled.byteLength, filled[0]]).toEqual([1 << 20, 7])
    })

    it('moves a port', async () => {
      const { port1, port2 } = new MessageChannel()
      port1.postMessage('through the port')
      const read = threads.submit(readPort, [port2], { transfer: [port2] })
      expect(await read).toBe('through the port')
      port1.close()
    })

    it('moves nothing where the list is bad', async () => {
      const [one, two] = [new Uint8Array(8), new Uint8Array(8)]
      const twice = threads.submit(echo, [one], { transfer: [one.buffer, one.buffer] })
      await expect(twice).rejects.toMatchObject({ path: 'transfer[1]' })
      structuredClone(two, { transfer: [two.buffer] })
      const detached = threads.submit(echo, [one], { transfer: [one.buffer, two.buffer] })
      await expect(detached).rejects.toMatchObject({ code: 'CONC_SERIALIZATION' })
      expect(one.byteLength).toBe(8)
    })
  })

  describe('progress', () => {
    it('reports in order', async () => {
      const seen: unknown[] = []
      await threads.submit(report, [3], { onProgress: (data) => seen.push(data) })
      expect(seen).toEqual([{ i: 0 }, { i: 1 }, { i: 2 }])
    })

    it('is not heard after the settlement', async () => {
      const started = firstReport()
      const controller = new AbortController()
      const gate = new Gate()
      const call = threads.submit(gated, [gate.buffer], {
        signal: controller.signal,
        onProgress: started.onProgress,
      })
      await started.promise
      controller.abort('enough')
      await expect(call).rejects.toBe('enough')
      gate.open()
    })

    it('throws into the body what cannot travel', async () => {
      const failure = threads.submit(reportBadly, [], { onProgress: () => {} })
      await expect(failure).rejects.toMatchObject({ path: 'progress' })
    })
  })

  it('survives threads that are ended while they boot', async () => {
    for (let round = 0; round < 20; round++) {
      const booting = new ThreadExecutor({ maxThreads: 1, graceMs: 1 })
      const call = booting.submit(add, [1, 2]).catch((error: { origin?: string }) => error.origin)
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate)
      await booting.close({ pending: 'reject' })
      expect(['close', 3]).toContain(await call)
    }
  })
})
