import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { currentTask, type Executor, inline, limit, task } from '../src/index.js'

interface Job {
  /** Nested calls, one after the other or all at once. */
  readonly children: readonly Job[]
  readonly isParallel: boolean
  readonly ends: 'returns' | 'throws' | 'heeds its signal'
  /** The caller gives up at some time. */
  readonly isCancelled: boolean
}

const jobOf = (depth: number): fc.Arbitrary<Job> =>
  fc.record({
    children: depth === 0 ? fc.constant([]) : fc.array(jobOf(depth - 1), { maxLength: 2 }),
    isParallel: fc.boolean(),
    ends: fc.constantFrom('returns', 'returns', 'throws', 'heeds its signal'),
    isCancelled: fc.boolean(),
  })

interface World {
  readonly executor: Executor
  readonly scheduler: fc.Scheduler
  readonly signals: AbortSignal[]
  /** Bodies that run and wait for no child of theirs. */
  active: number
  violations: number
  started: number
  settled: number
}

let world: World

const step = (label: string): Promise<void> => world.scheduler.schedule(Promise.resolve(), label)

const body = task('test/limit-property', async (made: Job): Promise<void> => {
  const { executor } = world
  world.started++
  enter()
  try {
    await step('works')
    leave()
    await callChildren(made)
    enter()
    if (made.ends === 'throws') throw new Error('body')
    if (made.ends === 'heeds its signal') {
      await step('looks')
      currentTask()?.signal.throwIfAborted()
    }
  } finally {
    leave()
  }
  if (executor.load.running > executor.load.concurrency) world.violations++
})

function enter(): void {
  world.active++
  // A cancelled call has rejected before its body ends, so that its parent goes on beside it.
  const hasCancelled = world.signals.some(({ aborted }) => aborted)
  if (!hasCancelled && world.active > world.executor.load.concurrency) world.violations++
}

function leave(): void {
  world.active--
}

async function callChildren({ children, isParallel }: Job): Promise<void> {
  if (isParallel) await Promise.allSettled(children.map(call))
  else for (const child of children) await call(child).catch(() => {})
}

async function call(made: Job): Promise<void> {
  const controller = new AbortController()
  world.signals.push(controller.signal)
  if (made.isCancelled) void step('cancels').then(() => controller.abort('given up'))
  try {
    await body.with({ signal: controller.signal }).on(world.executor)(made)
  } finally {
    world.settled++
    if (world.executor.load.running > world.executor.load.concurrency) world.violations++
  }
}

/** Lets everything happen that is scheduled; what then has not settled never will. */
async function settlementOf(promise: Promise<unknown>): Promise<void> {
  let isSettled = false
  void promise.finally(() => {
    isSettled = true
  })
  for (let idle = 0; idle < 3 && !isSettled; idle++) {
    if (world.scheduler.count() > 0) idle = 0
    await world.scheduler.waitIdle()
    await new Promise(setImmediate)
  }
  if (!isSettled) throw new Error(`stuck: ${JSON.stringify(world.executor.load)}`)
}

const countCalls = (jobs: readonly Job[]): number =>
  jobs.reduce((sum, one) => sum + 1 + countCalls(one.children), 0)

describe('limit', () => {
  const unhandled: unknown[] = []
  const keep = (reason: unknown): void => void unhandled.push(reason)
  beforeAll(() => void process.on('unhandledRejection', keep))
  afterAll(() => void process.off('unhandledRejection', keep))

  it('settles everything once, however calls nest, end and are cancelled, and leaves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.array(jobOf(3), { minLength: 1, maxLength: 5 }),
        async (scheduler, size, isDouble, jobs) => {
          const inner = limit(inline(), size)
          const executor = isDouble ? limit(inner, size) : inner
          world = {
            executor,
            scheduler,
            signals: [],
            active: 0,
            violations: 0,
            started: 0,
            settled: 0,
          }
          const calls = jobs.map((one) =>
            scheduler.schedule(Promise.resolve(), 'arrives').then(() => call(one).catch(() => {})),
          )
          await settlementOf(Promise.all(calls))
          await settlementOf(executor.close())
          expect(world).toMatchObject({ violations: 0, active: 0 })
          expect(world.settled).toBeLessThanOrEqual(countCalls(jobs))
          expect(world.settled).toBe(world.signals.length)
          expect([executor.load, inner.load]).toMatchObject([
            { running: 0, waiting: 0 },
            { running: 0, waiting: 0 },
          ])
          const left = world.signals.flatMap((signal) => getEventListeners(signal, 'abort'))
          expect(left).toEqual([])
        },
      ),
      { numRuns: 200 },
    )
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })
})
