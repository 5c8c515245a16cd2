import { balance, type ChannelEvent, channels, inline, task, withExecutor } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { type AdmitCandidate, connect, serve, WorkerPool, withDeadline } from '@conc/distributed'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { add, calling, echo, gated, pid } from './fixtures/tasks.mjs'
import { firstReport, Lab } from './lab.js'

const noWorkers = (reason: string): object => ({
  code: 'CONC_NO_WORKERS',
  reason,
  started: false,
})

describe('tags', () => {
  const tagsOf = (worker: number): string[] => (worker === 0 ? ['gpu', 'big'] : ['ssd'])

  it('choose the worker, and refuse at once what none will ever have', async () => {
    await using pool = new WorkerPool({ breadth: 2, tags: tagsOf })
    const pids = await Promise.all([1, 2, 3].map(() => pool.submit(pid, [], { tags: ['ssd'] })))
    expect(new Set(pids).size).toBe(1)
    const { workers } = await pool.stats()
    expect(workers.find((one) => one.pid === pids[0])?.tags).toEqual(['ssd'])
    const both = pool.submit(pid, [], { tags: ['ssd', 'gpu'] })
    await expect(both).rejects.toMatchObject({ ...noWorkers('tags'), retryable: false })
    await expect(both).rejects.toThrow(/all of the tags ssd, gpu\. There are: gpu, big, ssd\./)
  })

  it("ask for one of them with tagMatch: 'any', of a pool, its nested calls and a session", async () => {
    const options = { breadth: 2, tags: tagsOf, tagMatch: 'any' } as const
    await using pool = new WorkerPool({ ...options, modules: [fixtures] })
    expect(await pool.submit(echo, [1], { tags: ['ssd', 'none'] })).toBe(1)
    expect(await pool.submit(calling, [['big', 'none']], { tags: ['ssd'] })).not.toBe(
      await pool.submit(pid, [], { tags: ['ssd'] }),
    )
    await using server = await serve(pool)
    const { port } = server
    await using any = await connect({ port, tagMatch: 'any' })
    expect(await any.submit(echo, [2], { tags: ['none', 'gpu'] })).toBe(2)
    await using all = await connect({ port })
    const refused = all.submit(echo, [3], { tags: ['none', 'gpu'] })
    await expect(refused).rejects.toMatchObject(noWorkers('tags'))
  })

  it('hold for a nested call that would else run within its parent', async () => {
    await using pool = new WorkerPool({ breadth: 2, tags: tagsOf, maxSuspended: 1, queueLimit: 0 })
    const gpu = await pool.submit(pid, [], { tags: ['gpu'] })
    expect(await pool.submit(calling, [['gpu']], { tags: ['ssd'] })).toBe(gpu)
  })
})

const fixtures = new URL('./fixtures/tasks.mjs', import.meta.url)

describe('affinity', () => {
  it('brings calls with one key to the worker that had it last', async () => {
    await using pool = new WorkerPool({ breadth: 3 })
    await pool.start()
    const ask = (key: string): Promise<number> =>
      pool.submit(pid, [], { headers: { 'conc-affinity': key } })
    const [one, other] = await Promise.all([ask('one'), ask('other')])
    expect(one).not.toBe(other)
    const again = await Promise.all([ask('one'), ask('one'), ask('other'), ask('one')])
    expect(again).toEqual([one, one, other, one])
  })
})

describe('admit', () => {
  it('is asked with what there is to know, and sends calls where it says yes', async () => {
    const asked: AdmitCandidate[] = []
    const numbers = new Set<number>()
    await using pool = new WorkerPool({
      breadth: 2,
      tags: ['here'],
      admit: async (candidate) => {
        asked.push(candidate)
        numbers.add(candidate.worker.id)
        return candidate.worker.id === Math.max(...numbers)
      },
    })
    await pool.start()
    const headers = { tenant: 'acme' }
    await pool.submit(pid, [], { tags: ['here'], headers })
    const pids = await Promise.all([1, 2, 3, 4].map(() => pool.submit(pid, [])))
    expect(new Set(pids).size).toBe(1)
    expect(asked[0]).toMatchObject({ task: 'fixture/pid', tags: ['here'], headers, depth: 0 })
    expect(asked[0]?.worker).toMatchObject({ state: 'open', tags: ['here'] })
    expect(asked[0]?.worker.rssBytes).toBeGreaterThan(1024 * 1024)
  })

  it('rejects what no worker takes: retryable, not started, and the workers stay', async () => {
    const warned = deferred<Error>()
    const onWarning = (warning: Error): void => {
      if (warning.message.includes('admit')) warned.resolve(warning)
    }
    // Nobody listens to records here.
    process.on('warning', onWarning)
    await using pool = new WorkerPool({
      breadth: 2,
      admit: ({ task }) => {
        if (task === 'fixture/echo') throw new RangeError('admit has a mistake')
        return task !== 'fixture/add'
      },
    })
    await expect(pool.submit(add, [1, 1])).rejects.toMatchObject({
      ...noWorkers('admit'),
      retryable: true,
    })
    await expect(pool.submit(echo, [1])).rejects.toMatchObject(noWorkers('admit'))
    expect((await warned.promise).message).toMatch(/fixture\/echo.*admit has a mistake/)
    process.off('warning', onWarning)
    expect(await pool.submit(pid, [])).toBeTypeOf('number')
    expect(pool.load).toMatchObject({ running: 0, waiting: 0 })
    expect((await pool.stats()).workers).toHaveLength(2)
  })

  it('lets balance take the next pool', async () => {
    await using closed = new WorkerPool({ breadth: 1, admit: () => false })
    await using open = new WorkerPool({ breadth: 1 })
    const both = balance([closed, open], { policy: 'round-robin' })
    const sums = await Promise.all([1, 2, 3, 4].map((one) => both.submit(add, [one, one])))
    expect(sums).toEqual([2, 4, 6, 8])
  })

  it('keeps nobody from being cancelled, and no slot, while it thinks', async () => {
    const asked = deferred<void>()
    const answer = deferred<boolean>()
    await using pool = new WorkerPool({
      breadth: 1,
      concurrency: 1,
      admit: ({ task }) => {
        if (task !== 'fixture/echo') return true
        asked.resolve()
        return answer.promise
      },
    })
    const controller = new AbortController()
    const call = pool.submit(echo, [1], { signal: controller.signal })
    await asked.promise
    controller.abort(new Error('not wanted'))
    await expect(call).rejects.toThrow('not wanted')
    answer.resolve(true)
    expect(await pool.submit(add, [1, 2])).toBe(3)
    expect((await pool.stats()).tasks['fixture/echo']).toMatchObject({ cancelled: 1 })
  })
})

describe('startTimeoutMs of a session', () => {
  it('ends the wait of a call that does not begin, there', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, modules: [fixtures] })
    await using server = await serve(pool)
    await using session = await connect({ port: server.port, startTimeoutMs: 50 })
    const { promise, onProgress } = firstReport()
    const running = withExecutor(pool, () => gated.with({ onProgress })(lab.log, lab.gate, 1))
    await promise
    await expect(session.submit(echo, [1])).rejects.toMatchObject({
      code: 'CONC_TASK_TIMEOUT',
      phase: 'waiting',
    })
    await lab.openGate()
    expect(await running).toBe(1)
    expect(await pool.submit(echo, [2])).toBe(2)
  })
})

describe('startTimeoutMs of a session, behind its server', () => {
  it('holds for what tasks in the process of the server call in turn', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    const { promise, onProgress } = firstReport()
    const busy = pool.submit(gated, [lab.log, lab.gate, 1], { onProgress })
    await promise
    const askPool = task('routing/ask-pool', () => pool.submit(echo, [1]))
    const askPoolOften = task('routing/ask-pool-often', async function* () {
      yield await pool.submit(echo, [2])
    })
    await using server = await serve(inline())
    await using session = await connect({ port: server.port, startTimeoutMs: 50_000 })
    const nested = calls(pool, 'accepted', 'fixture/echo', 2)
    const call = session.submit(askPool, []).catch((error: unknown) => error)
    const item = session
      .stream(askPoolOften, [])
      .next()
      .catch((error: unknown) => error)
    await nested
    await vi.advanceTimersByTimeAsync(50_001)
    for (const late of [call, item]) {
      expect(await late).toMatchObject({
        code: 'CONC_TASK_TIMEOUT',
        phase: 'waiting',
        task: 'fixture/echo',
      })
    }
    await lab.openGate()
    await busy
  })
})

describe('startTimeoutMs of withDeadline', () => {
  it('holds for what a task calls in turn', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const lab = await Lab.open()
    const tags = (worker: number): string[] => [worker === 0 ? 'gpu' : 'ssd']
    await using pool = new WorkerPool({ breadth: 2, concurrency: 1, tags })
    const { promise, onProgress } = firstReport()
    const busy = pool.submit(gated, [lab.log, lab.gate, 1], { tags: ['gpu'], onProgress })
    await promise
    const nested = calls(pool, 'accepted', 'fixture/pid')
    const call: Promise<unknown> = withDeadline({ startTimeoutMs: 50_000 }, () =>
      pool.submit(calling, [['gpu']], { tags: ['ssd'] }),
    ).catch((error: unknown) => error)
    await nested
    await vi.advanceTimersByTimeAsync(50_001)
    expect(await call).toMatchObject({ code: 'CONC_TASK_TIMEOUT', phase: 'waiting' })
    await lab.openGate()
    await busy
  })
})

/** Resolves when so many calls of that task have come to that state. */
function calls(pool: WorkerPool, state: string, name: string, count = 1): Promise<void> {
  const { promise, resolve } = deferred<void>()
  let left = count
  const hear = (event: unknown): void => {
    const { executor, type, task: called } = event as ChannelEvent
    if (executor === pool.name && type === state && called === name && --left === 0) resolve()
  }
  channels.pool.subscribe(hear)
  onTestFinished(() => void channels.pool.unsubscribe(hear))
  return promise
}
