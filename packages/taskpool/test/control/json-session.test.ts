import { describe, expect, it } from 'vitest'
import { SimpleTaskPool, TaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'
import { servers } from './servers.js'
import { greeted, wireTo } from './wires.js'

describe.each(servers)('a session in JSON on $kind', ({ serve }) => {
  it('answers with value and text, or with error and text', async () => {
    const pool = new SimpleTaskPool(waits)
    const { address } = await serve(pool)
    const wire = await wireTo(address)
    const say = async (line: unknown) => JSON.parse((await wire.ask(JSON.stringify(line))) ?? '')
    expect(await say({ framing: 'json' })).toMatchObject({ ok: true, value: pool.name })
    const text = 'start-group-0'
    expect(await say({ id: 1, command: 'start 2' })).toEqual({
      id: 1,
      ok: true,
      value: text,
      text,
    })
    expect(await say({ id: 'a', command: 'get-group-ids start-group-0' })).toEqual({
      id: 'a',
      ok: true,
      value: [0, 1],
      text: '{0, 1}',
    })
    expect(await say({ command: 'pool-size' })).toEqual({ ok: true, value: 'inf', text: 'inf' })
    expect(await say({ command: 'lock' })).toEqual({ ok: true, value: null, text: 'ok' })
    const message = `${pool.name} is locked`
    expect(await say({ id: 2, command: 'start 1' })).toEqual({
      id: 2,
      ok: false,
      error: { name: 'PoolLockedError', code: 'CONC_POOL_LOCKED', message },
      text: `PoolLockedError: ${message}`,
    })
    expect(await say({ id: 3, command: 'start' })).toMatchObject({ id: 3, ok: false })
    expect(await say({ id: 4 })).toMatchObject({ ok: false, error: { name: 'ControlError' } })
    expect(await say([])).toMatchObject({ ok: false })
    expect(await say({ id: {}, command: 'lock' })).toMatchObject({ ok: false })
    await pool.close({ pending: 'reject' })
  })

  it('answers a malformed line with an error, and goes on', async () => {
    const { address } = await serve(new SimpleTaskPool(waits))
    const wire = await greeted(address, { framing: 'json' })
    for (const line of ['num-running', '{"command": "num-running"', '"num-running"', 'null', '5']) {
      const reply = JSON.parse((await wire.ask(line)) ?? '')
      expect(reply).toMatchObject({ ok: false, error: { code: 'CONC_CONTROL' } })
    }
    expect(await wire.ask('{"id":7,"command":"num-running"}')).toContain('"value":0')
  })

  it('takes and gives lines of a megabyte', async () => {
    const pool = new TaskPool()
    const item = 'ä'.repeat(500_000)
    const { address } = await serve(pool, {
      functions: { fail: (text: string) => Promise.reject(text) },
    })
    const wire = await greeted(address, { framing: 'json' })
    const say = async (command: string) =>
      JSON.parse((await wire.ask(JSON.stringify({ command }))) ?? '')
    expect(await say(`map fail ["${item}"]`)).toMatchObject({ value: 'map-fail-group-0' })
    expect(await say('flush')).toMatchObject({ ok: false, error: { message: item } })
    await pool.gatherAndClose()
  })

  it('answers commands when they are done', async () => {
    const pool = new SimpleTaskPool(waits)
    const { address } = await serve(pool)
    const wire = await greeted(address, { framing: 'json' })
    wire.send('{"id":1,"command":"until-closed"}\n{"id":2,"command":"num-running"}\n')
    expect(await wire.line()).toContain('"id":2')
    wire.send('{"id":3,"command":"gather-and-close"}\n')
    expect((await wire.lines(2)).join()).toContain('"id":1')
  })
})
