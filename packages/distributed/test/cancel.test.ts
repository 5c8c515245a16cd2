import { inline, TaskTimeoutError } from '@conc/core'
import { connect, serve, WorkerPool, withDeadline } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { add, deaf, gated, heeding, pid, selfAborting, spinning } from './fixtures/tasks.mjs'
import { firstReport, Lab, processGone } from './lab.js'

describe('a forceful cancel', () => {
  it.each([
    ['ignores its signal', deaf],
    ['never yields', spinning],
  ])('ends a body that %s with its worker, and nobody else', async (_, work) => {
    await using pool = new WorkerPool({
      breadth: 1,
      concurrency: 1,
      cancel: 'forceful',
      graceMs: 50,
      respawn: { minMs: 5 },
    })
    const { promise, onProgress } = firstReport()
    const controller = new AbortController()
    const call = pool.submit(work, [], { onProgress, signal: controller.signal })
    const next = pool.submit(add, [1, 1])
    const victim = (await promise) as number
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await processGone(victim)
    expect(await next).toBe(2)
  })

  it('leaves a body alone that heeds it', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, cancel: 'forceful' })
    const { promise, onProgress } = firstReport()
    const controller = new AbortController()
    const call = pool.submit(heeding, [], { onProgress, signal: controller.signal })
    const worker = await promise
    controller.abort()
    await expect(call).rejects.toBe(controller.signal.reason)
    expect(await pool.submit(pid, [])).toBe(worker)
  })
})

describe('a limit of time', () => {
  it('for the start rejects what still waits', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, startTimeoutMs: 200 })
    await pool.start()
    const running = pool.submit(gated, [lab.log, lab.gate, 'first'])
    const late = pool.submit(add, [1, 1])
    await expect(late).rejects.toBeInstanceOf(TaskTimeoutError)
    await expect(late).rejects.toMatchObject({ phase: 'waiting', started: false })
    await lab.openGate()
    expect(await running).toBe('first')
  })

  it('around several calls holds for each', async () => {
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1, graceMs: 50 })
    await pool.start()
    const both = withDeadline({ timeoutMs: 300 }, () =>
      Promise.allSettled([pool.submit(deaf, []), pool.submit(add, [1, 1])]),
    )
    for (const one of await both) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'CONC_TASK_TIMEOUT' } })
    }
    await pool.close({ pending: 'reject' })
  })
})

describe('a body that aborts itself', () => {
  it('rejects as cancelled by itself, with what it threw as the cause', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    await using server = await serve(inline())
    await using session = await connect({ port: server.port })
    for (const executor of [pool, session]) {
      await expect(executor.submit(selfAborting, ['enough'])).rejects.toMatchObject({
        code: 'CONC_TASK_CANCELLED',
        origin: 'self',
        started: true,
        cause: expect.objectContaining({ name: 'AbortError', message: 'enough' }),
      })
    }
  })
})
