import { existsSync, readFileSync } from 'node:fs'
import { WorkerLostError } from '@conc/core'
import { NoWorkersError, PoolStartError, WorkerPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import {
  add,
  babbling,
  echo,
  exit,
  exitingStream,
  gated,
  parentOf,
  pid,
  signalled,
  uncaught,
  unhandled,
} from './fixtures/tasks.mjs'
import { firstReport, Lab, workerEvent } from './lab.js'

const respawn = { minMs: 5, maxMs: 20 }

describe('a lost worker', () => {
  it.each([
    ['process.exit', exit, [3], { exitCode: 3, signal: null }],
    ['a signal', signalled, ['SIGKILL'], { exitCode: null, signal: 'SIGKILL' }],
    ['an exception of nobody', uncaught, [], { exitCode: 1, cause: expect.any(RangeError) }],
    ['an unhandled rejection', unhandled, [], { exitCode: 1, cause: expect.any(TypeError) }],
  ])('by %s rejects its task and no other', async (_, work, args, details) => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, respawn })
    const lost = pool.submit(work as typeof exit, args as [number])
    const next = pool.submit(add, [1, 2])
    await expect(lost).rejects.toBeInstanceOf(WorkerLostError)
    await expect(lost).rejects.toMatchObject({ started: true, worker: 1, ...details })
    expect(await next).toBe(3)
    expect(pool.load).toMatchObject({ running: 0, waiting: 0 })
  })

  it.skipIf(process.platform !== 'linux')(
    'that is written to before its last words are read: nothing of it runs twice',
    async () => {
      const lab = await Lab.open()
      await using pool = new WorkerPool({ breadth: 1, respawn })
      const worker = await pool.submit(pid, [])
      const begun = pool.submit(gated, [lab.log, lab.gate, 'once'])
      await atTurnEnd()
      // This process reads nothing more until the worker has begun, is dead, and has been written to.
      spinUntil(() => existsSync(lab.log))
      process.kill(worker, 'SIGKILL')
      spinUntil(() => isZombie(worker))
      const next = pool.submit(add, [1, 2])
      await Promise.all([
        lab.openGate(),
        expect(begun).rejects.toMatchObject({ code: 'CONC_WORKER_LOST', started: true }),
      ])
      expect(await next).toBe(3)
      expect(await lab.lines()).toHaveLength(1)
    },
  )

  it('that yields in the turn in which it exits: its items come first', async () => {
    await using pool = new WorkerPool({ breadth: 1, respawn })
    const items: number[] = []
    const read = async (): Promise<void> => {
      for await (const item of pool.stream(exitingStream, [5])) items.push(item)
    }
    await expect(read()).rejects.toMatchObject({ code: 'CONC_WORKER_LOST', exitCode: 3 })
    expect(items).toEqual([1, 2, 3, 4, 5])
  })

  it('that cannot be understood any more: what it may have begun is not run again', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, respawn })
    await pool.submit(pid, [])
    const rubbish = pool.submit(babbling, [lab.log])
    await atTurnEnd()
    // This process reads nothing until both have begun: the START of the second one comes behind the rubbish.
    spinUntil(() => linesIn(lab.log) === 1)
    const next = pool.submit(gated, [lab.log, lab.gate, 'once'])
    await atTurnEnd()
    spinUntil(() => linesIn(lab.log) === 2)
    await Promise.all([
      lab.openGate(),
      expect(rubbish).rejects.toMatchObject({ code: 'CONC_WORKER_LOST' }),
      expect(next).rejects.toMatchObject({ code: 'CONC_WORKER_LOST', started: 'unknown' }),
    ])
    expect(await pool.submit(add, [1, 2])).toBe(3)
    expect(await lab.lines()).toHaveLength(2)
  })

  it('with a thousand calls in flight: each settles, none runs twice, capacity comes back', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 2, concurrency: 300, respawn })
    await pool.start()
    const first = firstReport()
    const calls = Array.from({ length: 1000 }, (_, key) =>
      pool.submit(gated, [lab.log, lab.gate, key], { onProgress: first.onProgress }),
    )
    const settled = Promise.allSettled(calls)
    const lost = workerEvent(pool.name, 'lost')
    process.kill((await first.promise) as number, 'SIGKILL')
    await lost
    await workerEvent(pool.name, 'ready')
    await lab.openGate()
    const results = await settled
    const failed = results.filter((one) => one.status === 'rejected')
    expect(failed.length).toBeGreaterThan(0)
    expect(failed.length).toBeLessThanOrEqual(300)
    for (const { reason } of failed) {
      expect(reason).toMatchObject({ code: 'CONC_WORKER_LOST', started: true, signal: 'SIGKILL' })
    }
    const lines = await lab.lines()
    expect(new Set(lines).size).toBe(lines.length)
    const pids = await Promise.all(Array.from({ length: 4 }, () => pool.submit(pid, [])))
    expect(new Set(pids).size).toBe(2)
    expect(pool.load).toMatchObject({ concurrency: 600, running: 0, waiting: 0 })
  })

  it('takes the children of its bodies along', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 2, concurrency: 1, respawn })
    await pool.start()
    const { promise, onProgress } = firstReport()
    const parent = pool.submit(parentOf, [lab.log], { onProgress })
    process.kill((await promise) as number, 'SIGKILL')
    await expect(parent).rejects.toMatchObject({ code: 'CONC_WORKER_LOST' })
    // The child ran in the other worker, which has one slot: the next call gets it when the child is over.
    await Promise.all([1, 2, 3, 4].map((n) => pool.submit(add, [n, n])))
    expect(await lab.lines()).toEqual(['parent'])
  })

  it('that was stopped holds up what it was sent, until it goes on', async () => {
    await using pool = new WorkerPool({ breadth: 2, concurrency: 8, respawn })
    await pool.start()
    const stopped = await pool.submit(pid, [])
    process.kill(stopped, 'SIGSTOP')
    const calls = [1, 2, 3, 4].map((n) => pool.submit(echo, [n]))
    expect([1, 2, 3, 4]).toContain(await Promise.race(calls))
    process.kill(stopped, 'SIGCONT')
    expect(await Promise.all(calls)).toEqual([1, 2, 3, 4])
  })

  it('that was stopped may have begun what runs out of time meanwhile', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, respawn })
    const stopped = await pool.submit(pid, [])
    process.kill(stopped, 'SIGSTOP')
    const sent = pool.submit(echo, [1], { timeoutMs: 50 })
    const waiting = pool.submit(echo, [2], { timeoutMs: 50 })
    await expect(sent).rejects.toMatchObject({ phase: 'waiting', started: 'unknown' })
    await expect(waiting).rejects.toMatchObject({ phase: 'waiting', started: false })
    process.kill(stopped, 'SIGCONT')
    expect(await pool.submit(echo, [3])).toBe(3)
  })

  it('that dies too often fails its place, and with the last place the pool', async () => {
    await using pool = new WorkerPool({
      breadth: 1,
      concurrency: 1,
      respawn: { minMs: 1, maxMs: 1, budget: 3 },
    })
    const dying = [1, 2, 3].map((code) => pool.submit(exit, [code]))
    const waiting = pool.submit(add, [1, 1])
    for (const call of dying) await expect(call).rejects.toBeInstanceOf(WorkerLostError)
    await expect(waiting).rejects.toBeInstanceOf(NoWorkersError)
    await expect(waiting).rejects.toMatchObject({
      reason: 'failed',
      started: false,
      causes: [expect.any(WorkerLostError)],
    })
    expect(pool.state).toBe('failed')
    await expect(pool.submit(add, [1, 1])).rejects.toBeInstanceOf(NoWorkersError)
  })
})

describe('a pool that cannot start', () => {
  it('rejects calls that would be tried again', async () => {
    const modules = [new URL('./fixtures/broken.mjs', import.meta.url)]
    const pool = new WorkerPool({ breadth: 1, modules })
    const call = pool.submit(add, [1, 2], { retry: { times: 2, delayMs: 1 } })
    await expect(call).rejects.toBeInstanceOf(PoolStartError)
    await pool.close()
  })

  it('says what each worker said', async () => {
    const modules = [new URL('./fixtures/broken.mjs', import.meta.url)]
    const pool = new WorkerPool({ breadth: 2, modules })
    const started = pool.start()
    await expect(started).rejects.toBeInstanceOf(PoolStartError)
    await expect(started).rejects.toMatchObject({
      code: 'CONC_POOL_START',
      started: false,
      errors: [{ cause: expect.any(SyntaxError), exitCode: 1 }],
    })
    expect(pool.state).toBe('failed')
    await pool.close()
    expect(pool.state).toBe('closed')
  })

  it('gives up on a worker that is not ready in time', async () => {
    const slow = new URL('./fixtures/slow.mjs', import.meta.url)
    const pool = new WorkerPool({ breadth: 1, modules: [slow], startupTimeoutMs: 300 })
    const call = pool.submit(add, [1, 1])
    await expect(call).rejects.toMatchObject({ code: 'CONC_POOL_START' })
    await expect(call).rejects.toThrow('not ready within 300 ms')
    await pool.close()
  })

  it('says what it wrote to stderr where nothing else is known', async () => {
    const pool = new WorkerPool({ breadth: 1, execArgv: ['--no-such-flag'], console: 'silent' })
    await expect(pool.start()).rejects.toThrow(/exit code 9.*bad option: --no-such-flag/)
    await pool.close()
  })

  it('does not count a worker that had been ready, and was lost while others start', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({
      breadth: 2,
      modules: [new URL('./fixtures/others-wait.mjs', import.meta.url)],
      env: { ...process.env, FIRST_ONLY: lab.log, GATE: lab.gate },
      respawn,
    })
    await expect(pool.submit(signalled, ['SIGKILL'])).rejects.toBeInstanceOf(WorkerLostError)
    const next = pool.submit(add, [1, 2])
    expect(pool.state).toBe('starting')
    await lab.openGate()
    expect(await next).toBe(3)
    await pool.start()
    expect(pool.state).toBe('open')
  })

  it('tries a place again that could not start, once it is open without it', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({
      breadth: 2,
      quorum: 1,
      modules: [new URL('./fixtures/others-fail.mjs', import.meta.url)],
      env: { ...process.env, FIRST_ONLY: lab.log, GATE: lab.gate },
      respawn: { ...respawn, budget: 1000 },
    })
    const lost = workerEvent(pool.name, 'lost')
    const started = pool.start()
    await lost
    expect(pool.state).toBe('starting')
    await lab.openGate()
    await started
    for (;;) {
      const ready = workerEvent(pool.name, 'ready')
      const { workers } = await pool.stats()
      if (workers.filter(({ state }) => state === 'open').length === 2) break
      await ready
    }
  })

  it('opens with its quorum', async () => {
    const once = new URL('./fixtures/first-only.mjs', import.meta.url)
    const lab = await Lab.open()
    await using pool = new WorkerPool({
      breadth: 2,
      quorum: 1,
      modules: [once],
      env: { ...process.env, FIRST_ONLY: lab.log },
      respawn: { minMs: 5, budget: 2 },
    })
    await pool.start()
    expect(await pool.submit(add, [2, 2])).toBe(4)
  })
})

/** Waits without a turn of the event loop. */
function spinUntil(isTrue: () => boolean): void {
  const endsAt = performance.now() + 20_000
  while (!isTrue()) if (performance.now() > endsAt) throw new Error('It never came to be.')
}

function linesIn(log: string): number {
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0
}

/** What was added in this turn has been written, and nothing was read. */
async function atTurnEnd(): Promise<void> {
  await Promise.resolve()
  await new Promise<void>((resolve) => process.nextTick(() => process.nextTick(resolve)))
}

function isZombie(pid: number): boolean {
  return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
