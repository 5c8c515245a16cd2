import { TaskTimeoutError, WorkerLostError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { shared, steps } from '../support/background-modules.js'
import { outcome, outcomeOutOfTime, witness } from '../support/background-outcome.js'
import { fileIn, tempDir } from '../support/temp-dir.js'

describe.each(['thread', 'process'] as const)('a %s of its own', (where) => {
  it('carries values of every kind that can be cloned', async () => {
    const cycle: { self?: object } = {}
    cycle.self = cycle
    const value = {
      list: [1, undefined, Number.NaN, -0, 12n],
      date: new Date(0),
      map: new Map([[{ a: 1 }, new Set(['x'])]]),
      bytes: new Uint8Array([1, 2, 3]),
      error: new RangeError('as a value'),
      cycle,
    }
    const { value: result } = await outcome(shared, { value }, { where })
    expect(result.echo).toEqual(value)
    expect(result.echo.cycle.self).toBe(result.echo.cycle)
    expect(Object.is(result.echo.list[3], -0)).toBe(true)
  })

  it('throws where a value is read that cannot come back', async () => {
    const { value, settled } = await outcome(steps, { way: 'returns a function' }, { where })
    expect(settled.ok).toBe(true)
    expect(value.first).toEqual(['first'])
    expect(() => value.second).toThrow(
      "second.inside.fn is a function, which cannot travel (weave 'background/steps').",
    )
    expect(() => value.second).toThrow(expect.objectContaining({ path: 'second.inside.fn' }))
    expect(() => value.final).toThrow('third.second.inside.fn')
    expect(() => [...value]).toThrow('second.inside.fn')
    expect(() => (settled.values as { second: unknown }).second).toThrow('second.inside.fn')
  })

  it('is ended after graceMs when it ignores a cancel', async () => {
    for (const way of ['ignores', 'blocks']) {
      const dir = tempDir()
      const { calls, onDone, watch } = witness()
      const handle = steps.background({ way, dir }, { where, onDone, graceMs: 50 })
      const end = watch(handle.done)
      await fileIn(dir, 'second')
      const reason = new Error('enough')
      handle.cancel(reason)
      expect(await end).toMatchObject({ error: reason })
      expect(calls[0]?.settled.values).toEqual({ first: ['first'] })
      expect(handle.status).toBe('cancelled')
    }
  })

  it('is ended after graceMs when it ignores the end of its time', {
    timeout: 120_000,
  }, async () => {
    const { error } = await outcomeOutOfTime('blocks', { where, graceMs: 50 }, 400)
    expect(error).toBeInstanceOf(TaskTimeoutError)
    expect(error.message).toBe("Weave 'background/steps' ran out of time and did not stop.")
  })

  it('lets bodies that were told to stop clean up, without keeping anybody waiting', async () => {
    const dir = tempDir()
    const handle = steps.background({ way: 'cleans up', dir }, { where, graceMs: 60_000 })
    await fileIn(dir, 'second')
    handle.cancel(new Error('enough'))
    await expect(handle.done).rejects.toThrow('enough')
    await fileIn(dir, 'cleaned')
  })

  it('says in the stack of an error where it was thrown', async () => {
    const { error } = await outcome(steps, { way: 'throws' }, { where })
    expect(error.stack).toMatch(new RegExp(`at ${where} of weave 'background/steps'$`))
  })

  it('is lost when a body ends it', async () => {
    const { error, handle, settled } = await outcome(steps, { way: 'exits' }, { where })
    expect(error).toBeInstanceOf(WorkerLostError)
    expect(error).toMatchObject({ exitCode: 7, started: true })
    expect(handle.status).toBe('lost')
    expect(settled.error).toBe(error)
    expect(settled.ok).toBe(false)
  })

  it('is lost when something throws outside of the tasks', async () => {
    const { error, handle, settled } = await outcome(steps, { way: 'crashes' }, { where })
    expect(error).toBeInstanceOf(WorkerLostError)
    expect(error.cause).toEqual(new TypeError('out of nowhere'))
    expect(handle.status).toBe('lost')
    expect(settled.values).toEqual({ first: ['first'] })
    expect(settled.tasks).toMatchObject({ second: { status: 'cancelled' } })
  })

  it('fails when its bodies wait for what cannot happen', async () => {
    const { error } = await outcome(steps, { way: 'starves' }, { where })
    expect(error.message).toMatch(
      where === 'thread' ? /nothing was left to wait for/ : /can never end/,
    )
  })
})

describe('a process of its own', () => {
  it('has an id, and is lost when it is killed', async () => {
    const dir = tempDir()
    const { calls, onDone, watch } = witness()
    const handle = steps.background({ way: 'ignores', dir }, { where: 'process', onDone })
    const end = watch(handle.done)
    await fileIn(dir, 'second')
    process.kill(handle.pid, 'SIGKILL')
    const { error } = (await end) as { error: WorkerLostError }
    expect(error).toBeInstanceOf(WorkerLostError)
    expect(error).toMatchObject({ exitCode: null, signal: 'SIGKILL', started: true })
    expect(error.message).toBe(`Weave 'background/steps' lost its process ${handle.pid}: SIGKILL`)
    expect(calls).toHaveLength(1)
    expect(calls[0]?.settled.values).toEqual({ first: ['first'] })
    expect(calls[0]?.settled.tasks).toMatchObject({
      second: { status: 'cancelled', reason: error },
      third: { status: 'skipped' },
    })
  })

  it('is cancelled by SIGTERM', async () => {
    const dir = tempDir()
    const handle = steps.background({ way: 'waits', dir }, { where: 'process' })
    await fileIn(dir, 'second')
    process.kill(handle.pid, 'SIGTERM')
    await expect(handle.done).rejects.toMatchObject({ origin: 'shutdown' })
    expect(handle.status).toBe('cancelled')
  })
})
