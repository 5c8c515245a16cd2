import { currentTask, inline, limit, TaskCancelledError, task, withExecutor } from '@conc/core'
import { Pool } from '@conc/pool'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { merge, type WeaveEvent, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'
import { settledSoon } from './support/settled-soon.js'

/** How many bodies are in flight that wait for nothing nested, and were at most. */
class Flight {
  now = 0
  most = 0

  async through<T>(work: () => T | Promise<T>): Promise<T> {
    this.most = Math.max(this.most, ++this.now)
    try {
      return await work()
    } finally {
      this.now--
    }
  }
}

async function depthOf(levels: number, flight: Flight, width: number): Promise<number> {
  if (levels === 0) return await flight.through(async () => settledSoon().then(() => 0))
  const { list } = await weave()
    .each('list', Array.from({ length: width }), () => depthOf(levels - 1, flight, width))
    .run()
  return Math.max(...list) + 1
}

describe('a weave inside of a body', () => {
  it.each([1, 2, 3])('finishes at any depth on %i slots, and never takes more', async (slots) => {
    const flight = new Flight()
    const r = await weave()
      .do('a', () => depthOf(3, flight, 3))
      .do('b', () => depthOf(3, flight, 2))
      .run({ concurrency: slots })
    expect([r.a, r.b]).toEqual([3, 3])
    expect(flight.most).toBe(slots)
  })

  it('keeps within its own limit too', async () => {
    const flight = new Flight()
    await weave()
      .do('outer', () =>
        weave()
          .each('inner', [1, 2, 3, 4, 5, 6], () => flight.through(settledSoon))
          .run({ concurrency: 2 }),
      )
      .run({ concurrency: 5 })
    expect(flight.most).toBe(2)
  })

  it('runs 10 000 synchronous tasks on one borrowed slot', async () => {
    const r = await weave()
      .do('outer', async () => {
        const list = Array.from({ length: 10_000 }, (_, n) => n)
        return (
          await weave()
            .each('inner', list, (n) => n)
            .run()
        ).inner.length
      })
      .run({ concurrency: 1 })
    expect(r.outer).toBe(10_000)
  })

  it('leaves no slot behind when it is stopped', async () => {
    const r = await weave()
      .do('outer', async () => {
        const inner = weave()
          .do('fails', async () => {
            throw new Error('inner')
          })
          .each('waits', [1, 2, 3], () => settledSoon())
        return await inner.run().catch((error: Error) => error.message)
      })
      .each('after', [1, 2, 3], { after: ['outer'] }, () => settledSoon())
      .run({ concurrency: 2 })
    expect(r.outer).toBe('inner')
    expect(r.after).toHaveLength(3)
  })

  it('goes on with its slot when the body around it has ended', async () => {
    const gate = deferred()
    let inner: Promise<unknown> | undefined
    const flight = new Flight()
    const outer = weave()
      .do('starts', () => {
        inner = weave()
          .each('list', [1, 2, 3], () => flight.through(() => gate.promise))
          .run()
        return 1
      })
      .do('other', { after: ['starts'] }, () => flight.through(settledSoon))
      .run({ concurrency: 1 })
    await settledSoon()
    gate.resolve()
    await outer
    await inner
    expect(flight.most).toBe(1)
  })

  it.each([false, true])(
    'is cancelled with the body around it (after an await: %s)',
    async (late) => {
      const reasons: unknown[] = []
      const begun = deferred()
      const error = new Error('sibling')
      const run = weave()
        .do('outer', async () => {
          if (late) await settledSoon()
          await weave()
            .do('inner', { needs: [] }, async (_deps, { signal }) => {
              begun.resolve()
              await new Promise((resolve) => signal.addEventListener('abort', resolve))
              reasons.push(signal.reason)
            })
            .run()
        })
        .do('fails', async () => {
          await begun.promise
          throw error
        })
        .run({ drain: true })
      await expect(run).rejects.toBe(error)
      expect(reasons[0]).toBeInstanceOf(TaskCancelledError)
      expect(reasons[0]).toMatchObject({ origin: 'parent', cause: { origin: 'sibling' } })
    },
  )

  it('has the smaller deadline', async () => {
    const r = await weave()
      .do('outer', { needs: [], timeoutMs: 50_000 }, async (_deps, ctx) => {
        const inner = await weave()
          .do('deadline', { needs: [] }, (_none, { deadline }) => deadline)
          .run({ timeoutMs: 100_000 })
        return inner.deadline === ctx.deadline
      })
      .run()
    expect(r.outer).toBe(true)
  })

  it('tells which task it is in', async () => {
    const events: WeaveEvent[] = []
    const onEvent = (event: WeaveEvent): number => events.push(event)
    const r = await weave()
      .do('outer', { needs: [] }, async (_deps, { id }) => {
        await weave()
          .do('inner', { needs: [] }, (_none, ctx) => expect(ctx.parentId).toBe(id))
          .run({ onEvent })
        return id
      })
      .run({ onEvent })
    const plans = events.filter((event) => event.type === 'plan')
    expect(plans.map(({ parent }) => parent)).toEqual([undefined, r.outer])
  })

  it('finds a declared task around it, and one that a body calls', async () => {
    const around = task('nested/around', async () => {
      const { inner } = await weave()
        .do('inner', { needs: [] }, (_deps, ctx) => ctx.parentId)
        .run()
      return [inner, currentTask()?.id]
    })
    const [parent, own] = await around()
    expect(parent).toBe(own)
    const r = await weave()
      .do('body', () => around.local())
      .run({ concurrency: 1 })
    expect(r.body[0]).toBe(r.body[1])
  })

  it('lends its slot to a weave inside of a declared task that it runs here', async () => {
    const flight = new Flight()
    const work = task('nested/work', async () => {
      const { list } = await weave()
        .each('list', [1, 2, 3], () => flight.through(settledSoon))
        .run()
      return list.length
    })
    const r = await weave()
      .each('outer', [1, 2], { executor: inline() }, () => work())
      .do('task', work)
      .run({ concurrency: 1 })
    expect([r.outer, r.task]).toEqual([[3, 3], 3])
    expect(flight.most).toBe(1)
  })

  it('has the executor of the run around it', async () => {
    const other = inline({ name: 'other' })
    const named = task('nested/named', () => currentTask()?.executor)
    const r = await weave()
      .do('outer', async () => {
        await null
        return (
          await weave()
            .do('inner', () => named())
            .run()
        ).inner
      })
      .run({ executor: other })
    expect(r.outer).toBe('other')
    const ambient = await withExecutor(other, () =>
      weave()
        .do('outer', () => named())
        .run(),
    )
    expect(ambient.outer).toBe('other')
  })

  it('runs plain functions on a pool of one at any depth', async () => {
    await using pool = new Pool(1)
    const flight = new Flight()
    const r = await weave()
      .do('a', () => depthOf(3, flight, 2))
      .do('b', () => merge(() => merge(() => flight.through(settledSoon)), [1, 2]))
      .run({ executor: pool })
    expect(r.a).toBe(3)
    expect(flight.most).toBe(1)
    expect(pool.load.running).toBe(0)
  })
})

describe('a weave inside of a body on an executor that is full', () => {
  const full = {
    'a pool': () => new Pool({ size: 1, queueLimit: 0 }),
    'a limit': () => limit(inline(), 1, { queueLimit: 0 }),
  }

  it.each(Object.entries(full))('takes the slot of that body on %s', async (_name, open) => {
    await using executor = open()
    const flight = new Flight()
    const r = await weave()
      .do('a', () => depthOf(3, flight, 3))
      .do('b', () => merge(() => merge(() => flight.through(settledSoon)), [1, 2]))
      .run({ executor })
    expect(r.a).toBe(3)
    expect(flight.most).toBe(1)
    expect(executor.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it('takes it too while others wait for a slot of that pool', async () => {
    await using pool = new Pool({ size: 1, queueLimit: 2 })
    const flight = new Flight()
    const one = (): Promise<number> => depthOf(2, flight, 2)
    const r = await weave().do({ a: one, b: one, c: one }).run({ executor: pool })
    expect([...r]).toEqual([2, 2, 2])
    expect(flight.most).toBe(1)
  })

  it('stops waiting for room when the body around it is cancelled', async () => {
    await using pool = new Pool({ size: 1, queueLimit: 0 })
    const gate = deferred()
    const begun = deferred()
    const inner = weave().do({
      first: () => {
        begun.resolve()
        return gate.promise
      },
      second: () => 1,
    })
    const stop = new AbortController()
    const reason = new Error('enough')
    const run = weave()
      .do('outer', () => inner.run())
      .run({ executor: pool, signal: stop.signal })
    await begun.promise
    stop.abort(reason)
    await expect(run).rejects.toBe(reason)
    gate.resolve()
    await pool.join()
  })
})

/** What a body does. */
type Work =
  | { readonly kind: 'leaf'; readonly fails: boolean; readonly retries: number }
  | { readonly kind: 'weave' | 'merge' | 'limited'; readonly parts: readonly Work[] }

const { work } = fc.letrec<{ work: Work }>((tie) => ({
  work: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({
      kind: fc.constant('leaf' as const),
      fails: fc.nat(5).map((n) => n === 0),
      retries: fc.nat(2),
    }),
    fc.record({
      kind: fc.constantFrom('weave' as const, 'merge' as const, 'limited' as const),
      parts: fc.array(tie('work'), { maxLength: 4 }),
    }),
  ),
}))

/** Does it, and swallows its failure. */
async function perform(given: Work, flight: Flight): Promise<void> {
  if (given.kind === 'leaf') {
    await flight.through(settledSoon)
    if (given.fails) throw new Error('leaf')
    return
  }
  const each = (part: Work): Promise<void> => perform(part, flight)
  const { kind, parts } = given
  const limit = kind === 'limited' ? { concurrency: 2 } : {}
  const retries = parts.length % 2
  const nested =
    kind === 'merge'
      ? merge(each, parts, { retries })
      : weave().each('parts', parts, { retries }, each).run(limit)
  await nested.catch(() => {})
}

describe('weaves and merges inside of each other', () => {
  it('end, keep within the slots of the run, and give all of them back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(work, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (parts, concurrency) => {
          const flight = new Flight()
          const gates: (() => void)[] = []
          const run = weave()
            .each('parts', parts, (part) => perform(part, flight).catch(() => {}))
            .each('probes', Array(concurrency).fill(0), { after: ['parts'] }, async () => {
              await new Promise<void>((resolve) => gates.push(resolve))
            })
            .run({ concurrency })
          while (gates.length < concurrency) await settledSoon()
          for (const open of gates) open()
          await run
          expect(flight.most).toBeLessThanOrEqual(concurrency)
        },
      ),
      { numRuns: 60 },
    )
  })
})
