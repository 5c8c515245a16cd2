import { deferred } from '@conc/core/internal'
import { WorkerPool, type WorkerPoolOptions } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { echo, gated, pid } from './fixtures/tasks.mjs'
import { firstReport, Lab, workerEvent } from './lab.js'

const refused = { code: 'CONC_NO_WORKERS', reason: 'admit', started: false, retryable: true }

/** Arguments for Node that keep a process from starting before the gate is open. */
function heldBack(gate: string, then = ''): string[] {
  const code = `import fs from 'node:fs'
    import { setTimeout } from 'node:timers/promises'
    while (!fs.existsSync(${JSON.stringify(gate)})) await setTimeout(5)
    ${then}`
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`]
}

/** Two workers, the first of which takes nothing, and a promise of its first no. */
function choosy(options: WorkerPoolOptions): { pool: WorkerPool; firstNo: Promise<void> } {
  const firstNo = deferred<void>()
  const pool = new WorkerPool({
    breadth: 2,
    quorum: 1,
    tags: (worker) => [worker === 0 ? 'first' : 'second'],
    admit: ({ worker }) => {
      if (worker.tags[0] === 'second') return true
      firstNo.resolve()
      return false
    },
    ...options,
  })
  return { pool, firstNo: firstNo.promise }
}

describe('admit, while workers are starting', () => {
  it('has a call that the others refuse wait for them', async () => {
    const lab = await Lab.open()
    const { pool, firstNo } = choosy({
      execArgv: (worker) => (worker === 0 ? [] : heldBack(lab.gate)),
    })
    await using _ = pool
    const call = pool.submit(pid, [])
    await firstNo
    await lab.openGate()
    const there = await call
    const { workers } = await pool.stats()
    expect(workers.find((one) => one.pid === there)?.tags).toEqual(['second'])
  })

  it('rejects the call when the last of them has said no', async () => {
    const lab = await Lab.open()
    const asked: (string | undefined)[] = []
    const firstAsked = deferred<void>()
    const { pool, firstNo } = choosy({
      execArgv: (worker) => (worker === 0 ? [] : heldBack(lab.gate)),
    })
    await using _ = pool
    const { pool: none } = choosy({
      execArgv: (worker) => (worker === 0 ? [] : heldBack(lab.gate)),
      admit: ({ worker }) => {
        asked.push(worker.tags[0])
        firstAsked.resolve()
        return false
      },
    })
    await using __ = none
    const call = none.submit(echo, [1])
    const other = pool.submit(echo, [2])
    await Promise.all([firstNo, firstAsked.promise])
    await lab.openGate()
    await expect(call).rejects.toMatchObject(refused)
    expect(asked).toEqual(['first', 'second'])
    expect(await other).toBe(2)
  })

  it('waits for none that cannot have the call', async () => {
    const lab = await Lab.open()
    const { pool } = choosy({ execArgv: (worker) => (worker === 0 ? [] : heldBack(lab.gate)) })
    await using _ = pool
    await expect(pool.submit(echo, [1], { tags: ['first'] })).rejects.toMatchObject(refused)
    await lab.openGate()
  })

  it('rejects the call when they cannot start', async () => {
    const lab = await Lab.open()
    const { pool, firstNo } = choosy({
      execArgv: (worker) => (worker === 0 ? [] : heldBack(lab.gate, 'process.exit(3)')),
      respawn: { budget: 1 },
    })
    await using _ = pool
    const call = pool.submit(echo, [1])
    await firstNo
    await lab.openGate()
    await expect(call).rejects.toMatchObject(refused)
    expect(pool.state).toBe('open')
  })
})

describe('admit, when the one worker that is left is lost', () => {
  const busy = async (
    options: WorkerPoolOptions,
  ): Promise<{
    pool: WorkerPool
    lost: Promise<unknown>
    call: Promise<unknown>
    victim: number
  }> => {
    const lab = await Lab.open()
    const { pool, firstNo } = choosy({ concurrency: 1, quorum: 2, ...options })
    await pool.start()
    const { promise, onProgress } = firstReport()
    const lost = pool.submit(gated, [lab.log, lab.gate, 1], { tags: ['second'], onProgress })
    const victim = (await promise) as number
    const call = pool.submit(pid, [])
    await firstNo
    return { pool, lost: lost.catch((error: unknown) => error), call, victim }
  }

  it('waits for its successor', async () => {
    const { pool, lost, call, victim } = await busy({})
    await using _ = pool
    process.kill(victim, 'SIGKILL')
    expect(await lost).toMatchObject({ code: 'CONC_WORKER_LOST' })
    expect(await call).not.toBe(victim)
  })

  it('rejects the call where it has none', async () => {
    const { pool, lost, call, victim } = await busy({ respawn: { budget: 1 } })
    await using _ = pool
    const failed = workerEvent(pool.name, 'failed')
    process.kill(victim, 'SIGKILL')
    expect(await lost).toMatchObject({ code: 'CONC_WORKER_LOST' })
    await failed
    await expect(call).rejects.toMatchObject(refused)
  })
})
