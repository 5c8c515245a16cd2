import { inspect } from 'node:util'
import { contextVar, TaskCancelledError, TaskTimeoutError } from '@conc/core'
import { resultOf, type WeaveEvent, WeavePendingLimitError, weave } from '@conc/weave'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { late, mapped, steps, templated } from '../support/background-modules.js'
import { outcome, outcomeOutOfTime, witness } from '../support/background-outcome.js'
import { deferred } from '../support/deferred.js'
import { fileIn, tempDir } from '../support/temp-dir.js'

const tenant = contextVar<string>('background/tenant', { default: 'nobody' })

describe.each(['here', 'thread', 'process'] as const)('background, %s', (where) => {
  it('gives what run gives', async () => {
    const expected = await steps.with({ tz: 'CET' }).run({ way: 'returns' })
    const { value, handle, settled } = await outcome(
      steps.with({ tz: 'CET' }),
      { way: 'returns' },
      { where },
    )
    expect({ ...value }).toEqual({ ...expected })
    expect(Object.keys(value)).toEqual(Object.keys(expected))
    expect([...value]).toEqual([...expected])
    expect(value.final).toEqual({ second: 'second', first: ['first'], tz: 'CET', tenant: 'nobody' })
    expect(value.plan.order).toEqual(['first', 'second', 'third'])
    expect(value.timings.second).toMatchObject({ attempts: 1, runMs: expect.any(Number) })
    expect(settled).toMatchObject({ ok: true, failed: [], cancelled: [] })
    expect(settled.values).toMatchObject({ second: 'second' })
    expect(handle).toMatchObject({
      where,
      status: 'fulfilled',
      id: expect.stringMatching(/^\w+-\d+$/),
    })
    await handle.started
    expect(inspect(handle)).toMatch(/^BackgroundHandle \{[\s\S]*status: 'fulfilled'/)
  })

  it("fails with the task's error, and keeps what finished", async () => {
    const { error, handle, settled } = await outcome(steps, { way: 'throws' }, { where })
    expect(error).toBeInstanceOf(RangeError)
    expect(error).toMatchObject({ message: 'no', detail: { a: 1 } })
    expect(settled).toMatchObject({ ok: false, failed: ['second'], values: { first: ['first'] } })
    expect(settled.error).toBe(error)
    expect(settled.tasks).toMatchObject({
      first: { status: 'fulfilled', value: ['first'] },
      second: { status: 'rejected', attempts: 1 },
      third: { status: 'skipped', because: 'second' },
    })
    expect(settled.tasks).toHaveProperty('second.reason', error)
    expect(resultOf(error)?.values).toEqual({ first: ['first'] })
    expect(handle.status).toBe('rejected')
  })

  it('keeps the finished items of a mapped task', async () => {
    const { settled } = await outcome(mapped, { list: [1, 2, 3, 4] }, { where })
    expect(settled.tasks).toMatchObject({
      items: {
        status: 'rejected',
        partial: new Map([
          [0, 1],
          [1, 4],
        ]),
      },
    })
  })

  it('ends when its time is over', { timeout: 120_000 }, async () => {
    const firstMs = where === 'here' ? 10 : 400
    const { error, handle, settled } = await outcomeOutOfTime('waits', { where }, firstMs)
    expect(error).toBeInstanceOf(TaskTimeoutError)
    expect(settled.cancelled).toEqual(['second'])
    expect(handle.status).toBe('rejected')
  })

  it('gives a task its own time limit', async () => {
    const { error } = await outcome(late, undefined, { where })
    expect(error).toBeInstanceOf(TaskTimeoutError)
    expect(error.message).toBe("Task 'a' timed out after 5 ms.")
  })

  it('stops with the reason of a cancel', async () => {
    const dir = tempDir()
    const { calls, onDone, watch } = witness()
    const handle = steps.background({ way: 'waits', dir }, { where, onDone })
    const end = watch(handle.done)
    await fileIn(dir, 'second')
    const reason = new Error('enough')
    handle.cancel(reason)
    handle.cancel(new Error('too late'))
    expect(await end).toMatchObject({ error: reason })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.settled.tasks).toMatchObject({
      first: { status: 'fulfilled' },
      second: { status: 'cancelled' },
      third: { status: 'skipped' },
    })
    expect(handle.status).toBe('cancelled')
    handle.cancel()
  })

  it('stops when its signal aborts, and leaves no listener there', async () => {
    const dir = tempDir()
    const control = new AbortController()
    const remove = vi.spyOn(control.signal, 'removeEventListener')
    const add = vi.spyOn(control.signal, 'addEventListener')
    const run = outcome(steps, { way: 'waits', dir }, { where, signal: control.signal })
    await fileIn(dir, 'second')
    control.abort(new Error('enough'))
    expect((await run).error.message).toBe('enough')
    await outcome(steps, { way: 'returns' }, { where, signal: new AbortController().signal })
    expect(add.mock.calls.length).toBeGreaterThanOrEqual(remove.mock.calls.length)
  })

  it('starts nothing under a signal that has aborted', async () => {
    const dir = tempDir()
    const signal = AbortSignal.abort(new Error('before'))
    const { error, handle, settled } = await outcome(
      steps,
      { way: 'returns', dir },
      { where, signal },
    )
    expect(error.message).toBe('before')
    expect(handle.status).toBe('cancelled')
    expect(settled.tasks).toMatchObject({ first: { status: 'skipped' } })
    await expect(handle.started).rejects.toThrow('before')
  })

  it('says by itself why it was cancelled', async () => {
    const dir = tempDir()
    const handle = steps.background({ way: 'waits', dir }, { where })
    await fileIn(dir, 'second')
    handle.cancel()
    await expect(handle.done).rejects.toBeInstanceOf(TaskCancelledError)
    await expect(handle.done).rejects.toMatchObject({ origin: 'cancel' })
  })

  it('waits for onDone, and reports what it throws', async () => {
    const gate = deferred()
    const handle = steps.background(
      { way: 'returns' },
      {
        where,
        onDone: async () => {
          await gate.promise
          throw new RangeError('callback')
        },
      },
    )
    gate.resolve()
    const error = await handle.done.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'CONC_WEAVE_CALLBACK',
      run: handle.id,
      cause: new RangeError('callback'),
    })
    expect(resultOf(error)?.ok).toBe(true)
  })

  it('runs twice at once without mixing', async () => {
    const runs = ['a', 'b'].map((tz) => steps.background({ way: 'returns', tz }, { where }).done)
    const [a, b] = await Promise.all(runs)
    expect([a.third.tz, b.third.tz]).toEqual(['a', 'b'])
  })

  it('takes context variables along, and nothing else', async () => {
    const { done } = tenant.run('acme', () => steps.background({ way: 'returns' }, { where }))
    expect((await done).third.tenant).toBe('acme')
  })

  it('takes the options of run along', async () => {
    const given = { second: 'given' }
    const { value } = await outcome(steps, { way: 'throws' }, { where, given })
    expect(value.third).toMatchObject({ first: ['first'], second: 'given' })
    const only = await outcome(steps, { way: 'throws' }, { where, only: ['first'] })
    expect(only.value.first).toEqual(['first'])
    expect(only.settled).toMatchObject({ ok: true, tasks: { second: { status: 'skipped' } } })
    const all = { where, onError: 'finish-independent', maxPending: 2, drain: true }
    const { error, settled } = await outcome(mapped, { list: [1, 2, 4] }, all)
    expect(error).toMatchObject({ code: 'CONC_WEAVE_MAX_PENDING', limit: 2, task: 'items' })
    expect(error).toBeInstanceOf(WeavePendingLimitError)
    expect(settled.failed).toEqual(['items'])
  })

  it('ends too when what listeners throw cannot even be told', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warn.mockRestore())
    const unreadable = () => {
      throw Object.create(null)
    }
    const handle = steps.background(
      { way: 'returns' },
      { where, onEvent: unreadable, onDone: unreadable },
    )
    await expect(handle.done).rejects.toMatchObject({ code: 'CONC_WEAVE_CALLBACK' })
    expect(warn).toHaveBeenCalledWith('onEvent of a weave threw: something unreadable')
    expect(handle.status).toBe('fulfilled')
  })

  it('outlives the weave that it was started in', async () => {
    const dir = tempDir()
    const control = new AbortController()
    let handle: ReturnType<typeof steps.background>
    const outer = weave()
      .do('starts', () => {
        handle = steps.background({ way: 'cleans up', dir }, { where })
        return new Promise(() => {})
      })
      .run({ signal: control.signal, concurrency: 1, timeoutMs: 60_000 })
    await fileIn(dir, 'second')
    control.abort(new Error('outer'))
    await expect(outer).rejects.toThrow('outer')
    await handle.started
    expect(handle.status).toBe('running')
    handle.cancel(new Error('inner'))
    await expect(handle.done).rejects.toThrow('inner')
    await fileIn(dir, 'cleaned')
  })

  it('makes an instance of a class template there', async () => {
    const { value } = await outcome(templated, { id: 7 }, { where })
    expect(value).toMatchObject({ name: '#7', text: 'Hello #7', final: 'Hello #7' })
    const bound = templated.with({ id: 8 })
    expect((await bound.task({})).text).toBe('Hello #8')
    expect((await bound.background({}, { where }).done).text).toBe('Hello #8')
  })

  it('tells events', async () => {
    const events: WeaveEvent[] = []
    await outcome(steps, { way: 'throws' }, { where, onEvent: (e: WeaveEvent) => events.push(e) })
    expect(events[0]).toMatchObject({ type: 'plan', plan: { version: 1 } })
    expect(events.at(-1)).toMatchObject({ type: 'finish', status: 'rejected' })
    const failure = events.find((event) => event.type === 'error')
    expect(failure).toMatchObject({ task: 'second', error: new RangeError('no') })
    const start = events.find((event) => event.type === 'start')
    expect(start && 'deps' in start).toBe(where === 'here')
  })
})
