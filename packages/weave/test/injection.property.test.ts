import type { Executor } from '@conc/core'
import { Pool } from '@conc/pool'
import { ThreadExecutor } from '@conc/threads'
// By the package's own name: what ships is what runs.
import { resultOf, type SettledResult, type WeaveEvent, weave } from '@conc/weave'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { step } from './modules/steps.mjs'

interface Node {
  readonly name: string
  readonly needs: readonly string[]
  /** Items of a mapped task; `undefined` for a plain one. */
  readonly items: number | undefined
  /** Turns of the event loop that its body takes. */
  readonly turns: number
}

/** Random graphs of up to ten tasks, some of them mapped: each needs some of those before it. */
const graphs: fc.Arbitrary<Node[]> = fc
  .array(
    fc.record({
      picks: fc.array(fc.nat(), { maxLength: 3 }),
      items: fc.option(fc.nat(3), { nil: undefined, freq: 2 }),
      turns: fc.nat(3),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((list) =>
    list.map(({ picks, items, turns }, i) => ({
      name: `t${i}`,
      needs: [...new Set(picks.map((pick) => `t${pick % Math.max(i, 1)}`))].filter(() => i > 0),
      items,
      turns,
    })),
  )

interface Injected {
  /** The number of the start at which it happens; -1: nothing does. */
  readonly at: number
  readonly what: 'failure' | 'cancel'
}

interface Settings {
  readonly executor: Executor | undefined
  readonly concurrency: number
  readonly onError: 'stop' | 'finish-independent'
}

/** One run of a graph, with what was seen of it. */
class Trial {
  readonly events: WeaveEvent[] = []
  readonly controller = new AbortController()
  readonly reason = new Error('cancelled here')
  starts = 0
  /** Whose body was told to fail. */
  failed: string | undefined
  readonly #nodes: readonly Node[]
  readonly #injected: Injected

  constructor(nodes: readonly Node[], injected: Injected) {
    this.#nodes = nodes
    this.#injected = injected
  }

  async settle(settings: Settings): Promise<SettledResult> {
    const { executor, concurrency, onError } = settings
    const run = this.#weave().settle({
      concurrency,
      onError,
      drain: true,
      signal: this.controller.signal,
      onEvent: (event: WeaveEvent) => this.events.push(event),
      ...(executor && { executor }),
    })
    try {
      return await run
    } catch (error) {
      expect(error).toBe(this.reason)
      return resultOf(error) as SettledResult
    }
  }

  /** The events of one kind, by task and item. */
  of(type: WeaveEvent['type']): string[] {
    return this.events.filter((event) => event.type === type).map(pieceOf)
  }

  #weave(): { settle(options: object): Promise<SettledResult> } {
    // biome-ignore lint/suspicious/noExplicitAny: a random graph has no static type
    let w: any = weave()
    for (const node of this.#nodes) {
      const { name, needs, items } = node
      const args = (): unknown[] => [name, node.turns, this.#next(name)]
      if (items === undefined) w = w.do(name, { needs, args }, step)
      else w = w.each(name, Array(items).fill(0), { needs, args }, step)
    }
    return w
  }

  /** Called at each start. @returns whether that body is to fail. */
  #next(name: string): boolean {
    if (this.starts++ !== this.#injected.at) return false
    if (this.#injected.what === 'cancel') this.controller.abort(this.reason)
    else this.failed = name
    return this.#injected.what === 'failure'
  }
}

function pieceOf(event: WeaveEvent): string {
  const { task = '', item } = event as { task?: string; item?: number }
  return item === undefined ? task : `${task}[${item}]`
}

/** Everything that has to hold, whatever was injected. */
function check(nodes: readonly Node[], trial: Trial, s: SettledResult, settings: Settings): void {
  checkOrder(nodes, trial)
  checkLimit(nodes, trial, settings.concurrency)
  checkOutcomes(nodes, trial, s)
  if (trial.failed !== undefined) checkFailure(nodes, trial, s, settings)
}

/** A task starts once, after the end of all that it needs. */
function checkOrder(nodes: readonly Node[], { events }: Trial): void {
  const ended = new Set<string>()
  const started = new Set<string>()
  for (const event of events) {
    const piece = pieceOf(event)
    if (event.type === 'end') ended.add(piece)
    if (event.type !== 'start') continue
    expect(started).not.toContain(piece)
    started.add(piece)
    const { needs } = nodes.find(({ name }) => name === event.task) as Node
    for (const need of needs) expect(ended).toContain(need)
  }
}

/** Bodies in flight: items, and tasks that are not mapped. */
function checkLimit(nodes: readonly Node[], { events }: Trial, concurrency: number): void {
  const mapped = new Set(nodes.filter(({ items }) => items !== undefined).map(({ name }) => name))
  let inFlight = 0
  for (const event of events) {
    const isBody = 'task' in event && (!mapped.has(event.task) || 'item' in event)
    if (!isBody) continue
    if (event.type === 'start') expect(++inFlight).toBeLessThanOrEqual(concurrency)
    if (event.type === 'end' || event.type === 'error' || event.type === 'cancel') inFlight--
  }
}

/** Each task has the one outcome that its events tell, and what finished is there. */
function checkOutcomes(nodes: readonly Node[], trial: Trial, s: SettledResult): void {
  const [ends, errors, starts] = [trial.of('end'), trial.of('error'), trial.of('start')]
  for (const { name, items } of nodes) {
    const value = items === undefined ? name : Array(items).fill(name)
    const outcome = s.tasks[name]
    if (ends.includes(name)) expect(outcome).toEqual({ status: 'fulfilled', value })
    else if (errors.includes(name)) expect(outcome).toMatchObject({ status: 'rejected' })
    else if (starts.includes(name)) expect(outcome).toMatchObject({ status: 'cancelled' })
    else expect(outcome).toMatchObject({ status: 'skipped' })
    expect(name in s.values).toBe(ends.includes(name))
    if (items === undefined || outcome === undefined || !('partial' in outcome)) continue
    const finished = ends.filter((piece) => piece.startsWith(`${name}[`))
    expect([...(outcome.partial as ReadonlyMap<number, string>).keys()].sort()).toEqual(
      finished.map((piece) => Number(piece.slice(name.length + 1, -1))).sort(),
    )
  }
  expect(trial.events.filter(({ type }) => type === 'finish')).toHaveLength(1)
}

function checkFailure(
  nodes: readonly Node[],
  { failed }: Trial,
  s: SettledResult,
  { onError }: Settings,
): void {
  expect(s.failed).toEqual([failed])
  expect(s.error).toMatchObject({ name: 'RangeError', message: failed })
  if (onError === 'stop') return
  const doomed = new Set([failed])
  for (const { name, needs } of nodes) {
    if (needs.some((need) => doomed.has(need))) doomed.add(name)
  }
  for (const { name } of nodes) {
    const outcome = s.tasks[name]
    if (!doomed.has(name)) expect(outcome).toMatchObject({ status: 'fulfilled' })
    else if (name !== failed) expect(outcome).toEqual({ status: 'skipped', because: failed })
  }
}

const pool = new Pool(3)
const threads = new ThreadExecutor({ maxThreads: 2 })
afterAll(async () => {
  await pool.close()
  await threads.close()
})

describe.each([
  ['here', undefined, 25],
  ['on a pool', pool, 15],
  ['on threads', threads, 8],
] as const)('a run %s', (_where, executor, numRuns) => {
  const settings: fc.Arbitrary<Settings> = fc.record({
    executor: fc.constant(executor),
    concurrency: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
    onError: fc.constantFrom('stop', 'finish-independent'),
  })

  it.each(['failure', 'cancel'] as const)(
    'keeps its promises with a %s injected at each start',
    { timeout: 120_000 },
    async (what) => {
      await fc.assert(
        fc.asyncProperty(graphs, settings, async (nodes, setting) => {
          const clean = new Trial(nodes, { at: -1, what })
          const whole = await clean.settle(setting)
          check(nodes, clean, whole, setting)
          expect(whole.ok).toBe(true)
          for (let at = 0; at < clean.starts; at++) {
            const trial = new Trial(nodes, { at, what })
            const s = await trial.settle(setting)
            check(nodes, trial, s, setting)
            expect(s.ok).toBe(false)
          }
          if (executor) expect(executor.load.running).toBe(0)
        }),
        { numRuns },
      )
    },
  )
})
