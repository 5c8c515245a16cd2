import { WorkerPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import { exit, gated, pid } from './fixtures/tasks.mjs'
import { firstReport, Lab } from './lab.js'

const respawn = { minMs: 5 }

describe('an idempotency key', () => {
  it('makes duplicates join the call that runs, and gives later ones its outcome', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    const { promise, onProgress } = firstReport()
    const options = { idempotencyKey: 'order-1', onProgress }
    const first = pool.submit(gated, [lab.log, lab.gate, 'once'], options)
    await promise
    const second = pool.submit(gated, [lab.log, lab.gate, 'once'], { idempotencyKey: 'order-1' })
    await lab.openGate()
    expect(await Promise.all([first, second])).toEqual(['once', 'once'])
    const late = pool.submit(gated, [lab.log, lab.gate, 'once'], { idempotencyKey: 'order-1' })
    expect(await late).toBe('once')
    expect(await lab.lines()).toEqual(['once'])
  })

  it('refuses the same key with other arguments', async () => {
    const lab = await Lab.open()
    await lab.openGate()
    await using pool = new WorkerPool({ breadth: 1 })
    await pool.submit(gated, [lab.log, lab.gate, 1], { idempotencyKey: 'key' })
    const other = pool.submit(gated, [lab.log, lab.gate, 2], { idempotencyKey: 'key' })
    await expect(other).rejects.toMatchObject({ code: 'CONC_IDEMPOTENCY_CONFLICT' })
    expect(await lab.lines()).toEqual(['1'])
  })

  it('lets one caller leave while another still waits', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    const controller = new AbortController()
    const { promise, onProgress } = firstReport()
    const leaving = pool.submit(gated, [lab.log, lab.gate, 'shared'], {
      idempotencyKey: 'key',
      signal: controller.signal,
      onProgress,
    })
    await promise
    const staying = pool.submit(gated, [lab.log, lab.gate, 'shared'], { idempotencyKey: 'key' })
    controller.abort(new Error('mine no more'))
    await expect(leaving).rejects.toThrow('mine no more')
    await lab.openGate()
    expect(await staying).toBe('shared')
    expect(await lab.lines()).toEqual(['shared'])
  })

  it('remembers no loss: the next call runs', async () => {
    await using pool = new WorkerPool({ breadth: 1, respawn })
    const options = { idempotencyKey: 'key' }
    await expect(pool.submit(exit, [1], options)).rejects.toMatchObject({ exitCode: 1 })
    await expect(pool.submit(exit, [1], options)).rejects.toMatchObject({ exitCode: 1, worker: 2 })
    expect(await pool.submit(pid, [], options)).toBeTypeOf('number')
  })
})
