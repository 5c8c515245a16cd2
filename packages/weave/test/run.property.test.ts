import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SettledResult, weave } from '../src/index.js'
import { type Deferred, deferred } from './support/deferred.js'

interface Node {
  readonly name: string
  readonly needs: readonly string[]
  readonly fails: boolean
}

/** Random graphs: each task needs some of the tasks before it. */
const graphs = (failures: boolean): fc.Arbitrary<Node[]> =>
  fc
    .array(
      fc.record({
        picks: fc.array(fc.nat(), { maxLength: 4 }),
        fails: failures ? fc.nat(9).map((n) => n === 0) : fc.constant(false),
      }),
      { minLength: 1, maxLength: 25 },
    )
    .map((list) =>
      list.map(({ picks, fails }, i) => ({
        name: `t${i}`,
        needs: [...new Set(picks.map((pick) => `t${pick % Math.max(i, 1)}`))].filter(() => i > 0),
        fails,
      })),
    )

interface Log {
  readonly started: string[]
  readonly ended: string[]
  most: number
}

/** A weave whose bodies log, and end when their gate opens (a synchronous one at once). */
function built(
  nodes: readonly Node[],
  log: Log,
  gates: Map<string, Deferred<void>>,
  isSync: (name: string) => boolean = () => false,
): { run(options?: object): Promise<object>; settle(options?: object): Promise<SettledResult> } {
  let running = 0
  // biome-ignore lint/suspicious/noExplicitAny: a random graph has no static type
  let w: any = weave()
  for (const { name, needs, fails } of nodes) {
    const end = () => {
      running--
      if (fails) throw new Error(name)
      log.ended.push(name)
      return name
    }
    w = w.do(name, { needs }, (deps: Record<string, string>) => {
      expect(Object.entries(deps)).toEqual(needs.map((one) => [one, one]))
      log.started.push(name)
      log.most = Math.max(log.most, ++running)
      if (isSync(name)) return end()
      const gate = deferred()
      gates.set(name, gate)
      return gate.promise.then(end)
    })
  }
  return w
}

/** Opens the gates one by one, in an order that `pick` gives, until nothing waits. */
async function openAll(gates: Map<string, Deferred<void>>, pick: () => number): Promise<void> {
  await turn()
  while (gates.size > 0) {
    const name = [...gates.keys()][pick() % gates.size] as string
    gates.get(name)?.resolve()
    gates.delete(name)
    await turn()
  }
}

/** Numbers that come round again. */
function cycle(numbers: readonly number[]): () => number {
  let place = 0
  return () => numbers[place++ % numbers.length] ?? 0
}

const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 30 })
const empty = (): Log => ({ started: [], ended: [], most: 0 })

describe('a run of any graph', () => {
  it('runs every task once, after what it needs, and gives every value', async () => {
    await fc.assert(
      fc.asyncProperty(graphs(false), picks, fc.nat(3), async (nodes, order, sync) => {
        const log = empty()
        const gates = new Map<string, Deferred<void>>()
        const isSync = (name: string) => sync > 0 && Number(name.slice(1)) % sync === 0
        const run = built(nodes, log, gates, isSync).run()
        await openAll(gates, cycle(order))
        expect({ ...(await run) }).toEqual(Object.fromEntries(nodes.map((n) => [n.name, n.name])))
        expect([...log.started].sort()).toEqual(nodes.map((n) => n.name).sort())
      }),
    )
  })

  it('starts each task as soon as the last of its needs has ended', async () => {
    await fc.assert(
      fc.asyncProperty(graphs(false), picks, async (nodes, order) => {
        const log = empty()
        const gates = new Map<string, Deferred<void>>()
        const run = built(nodes, log, gates).run()
        const next = cycle(order)
        await turn()
        while (gates.size > 0) {
          const name = [...gates.keys()][next() % gates.size] as string
          gates.get(name)?.resolve()
          gates.delete(name)
          await turn()
          const ready = nodes.filter((n) => n.needs.every((one) => log.ended.includes(one)))
          expect([...log.started].sort()).toEqual(ready.map((n) => n.name).sort())
        }
        await run
      }),
    )
  })

  it('never has more in flight than `concurrency`, and still ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs(false),
        picks,
        fc.integer({ min: 1, max: 4 }),
        async (nodes, order, concurrency) => {
          const log = empty()
          const gates = new Map<string, Deferred<void>>()
          const run = built(nodes, log, gates).run({ concurrency })
          await openAll(gates, cycle(order))
          await run
          expect(log.most).toBeLessThanOrEqual(concurrency)
          expect(log.started).toHaveLength(nodes.length)
        },
      ),
    )
  })

  it('keeps what had finished when a task fails, and gives every task one outcome', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs(true),
        picks,
        fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        async (nodes, order, concurrency) => {
          const log = empty()
          const gates = new Map<string, Deferred<void>>()
          let settlements = 0
          const settle = built(nodes, log, gates).settle(concurrency ? { concurrency } : {})
          let finished: readonly string[] = []
          void settle.then(() => {
            settlements++
            finished = [...log.ended]
          })
          await openAll(gates, cycle(order))
          const settled = await settle
          expect(settlements).toBe(1)
          const first = nodes.find((n) => (settled.failed as readonly string[]).includes(n.name))
          expect(settled.ok).toBe(first === undefined)
          expect(settled.failed.length).toBeLessThanOrEqual(1)
          expect(Object.keys(settled.values).sort()).toEqual([...finished].sort())
          for (const { name, needs } of nodes) {
            const outcome = settled.tasks[name]
            if (outcome?.status === 'skipped') expect(outcome.because).toBe(first?.name)
            if (outcome?.status !== 'skipped') expect(log.started).toContain(name)
            if (first && needs.includes(first.name)) expect(outcome?.status).toBe('skipped')
          }
        },
      ),
    )
  })
})

describe('a run of each', () => {
  it('gives the items in order and starts no more than `workers` and `concurrency`', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(20),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        picks,
        fc.constantFrom('array', 'set', 'async'),
        async (count, workers, concurrency, order, kind) => {
          let running = 0
          let most = 0
          const started: number[] = []
          const gates = new Map<string, Deferred<void>>()
          const run = weave()
            .each('list', sourceOf(count, kind), { workers }, async (n: number) => {
              started.push(n)
              most = Math.max(most, ++running)
              const gate = deferred()
              gates.set(String(n), gate)
              await gate.promise
              running--
              return n * 2
            })
            .run({ concurrency })
          await openAll(gates, cycle(order))
          const all = Array.from({ length: count }, (_, n) => n)
          expect((await run).list).toEqual(all.map((n) => n * 2))
          expect(started).toEqual(all)
          expect(most).toBeLessThanOrEqual(Math.min(workers, concurrency))
        },
      ),
    )
  })
})

function sourceOf(count: number, kind: string): Iterable<number> | AsyncIterable<number> {
  const list = Array.from({ length: count }, (_, n) => n)
  if (kind === 'set') return new Set(list)
  return kind === 'async' ? arriving(list) : list
}

async function* arriving(list: readonly number[]): AsyncGenerator<number> {
  yield* list
}
