import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { SimpleTaskPool, TaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'
import { servers } from './servers.js'
import { greeted, wireTo } from './wires.js'

describe.each(servers)('a session in text on $kind', ({ serve }) => {
  it('runs a pool by hand', async () => {
    const pool = new SimpleTaskPool(waits, { name: 'demo' })
    const { address } = await serve(pool)
    const wire = await wireTo(address)
    const talk: [string, string][] = [
      ['{}', 'SimpleTaskPool-demo'],
      ['start 5', 'start-group-0'],
      ['num-running', '5'],
      ['is-full', 'false'],
      ['pool-size', 'inf'],
      ['pool-size 5', 'ok'],
      ['is-full', 'true'],
      ['stop 2', '[4, 3]'],
      ['get-group-ids start-group-0', '{0, 1, 2, 3, 4}'],
      ['get-group-ids', '{}'],
      ["cancel 0 -m 'not now'", 'ok'],
      ['cancel 0 1', "AlreadyEndedError: 'SimpleTaskPool-demo_Task-0' has finished running"],
      ['cancel 9', 'TaskNotFoundError: No task with ID 9 found in SimpleTaskPool-demo'],
      ['lock', 'ok'],
      ['start 1', 'PoolLockedError: SimpleTaskPool-demo is locked'],
      ['is-locked', 'true'],
      ['unlock', 'ok'],
      ['stop-all', '[2, 1]'],
      ['flush', 'ok'],
      ['num-ended', '0'],
      ['func-name', 'waits'],
      ['gather-and-close', 'ok'],
      ['until-closed', 'true'],
    ]
    for (const [line, reply] of talk) expect([line, await wire.ask(line)]).toEqual([line, reply])
  })

  it('runs groups of functions by hand, with their callbacks', async () => {
    const pool = new TaskPool({ name: 'demo' })
    const told = deferred()
    const cancelled: number[] = []
    const onCancel = (id: number) => {
      cancelled.push(id)
      return told.promise
    }
    const { address } = await serve(pool, { functions: { waits, onCancel } })
    const wire = await wireTo(address)
    const talk: [string, string][] = [
      ['{}', 'TaskPool-demo'],
      ['apply waits -n 2 -g one -c onCancel', 'one'],
      ['apply waits --group-name two', 'two'],
      ['get-group-ids one two', '{0, 1, 2}'],
      ['cancel-group one -m enough', 'ok'],
      ['num-cancelled', '2'],
      ['num-running', '1'],
      ['cancel-group one', "GroupNotFoundError: No task group named 'one' exists in this pool"],
      ['cancel-all', 'ok'],
      ['num-running', '0'],
      ['num-cancelled', '2'],
    ]
    for (const [line, reply] of talk) expect([line, await wire.ask(line)]).toEqual([line, reply])
    told.resolve()
    expect(await wire.ask('gather-and-close')).toBe('ok')
    expect(cancelled).toEqual([0, 1])
  })

  it('cancels for a reason that says where it came from', async () => {
    const pool = new SimpleTaskPool(waits)
    const { address } = await serve(pool)
    const wire = await greeted(address)
    await wire.ask('start 1')
    await wire.ask('cancel-all -m enough')
    expect(await pool.gatherAndClose()).toMatchObject([
      { status: 'cancelled', reason: { message: 'enough', origin: 'control' } },
    ])
  })

  it('answers in order, and ignores empty lines and carriage returns', async () => {
    const pool = new SimpleTaskPool(waits)
    const { address } = await serve(pool)
    const wire = await wireTo(address)
    wire.send('{}\r\n\r\n  \nstart 2\r\nnum-running\nstop 1\n')
    expect(await wire.lines(4)).toEqual([pool.name, 'start-group-0', '2', '[1]'])
  })

  it('answers a client that has closed its half, and an unended last line', async () => {
    const pool = new SimpleTaskPool(waits)
    const { address } = await serve(pool)
    const wire = await wireTo(address)
    wire.socket.end('{}\nstart 2\nnum-running')
    expect(await wire.rest()).toBe(`${pool.name}\nstart-group-0\n2\n`)
  })

  it('replies with what tasks threw, unless asked not to', async () => {
    const pool = new TaskPool()
    const { address } = await serve(pool, {
      functions: { fail: () => Promise.reject(new RangeError('no good')) },
    })
    const wire = await greeted(address)
    await wire.ask('apply fail -n 2')
    expect(await wire.ask('flush')).toMatch(/^AggregateError: /)
    await wire.ask('apply fail')
    expect(await wire.ask('flush -r')).toBe('ok')
    await wire.ask('apply fail')
    expect(await wire.ask('gather-and-close')).toBe('RangeError: no good')
    expect(pool.isClosed).toBe(true)
  })

  it('holds up nobody else while a command takes its time', async () => {
    const pool = new SimpleTaskPool(waits)
    const server = await serve(pool)
    const patient = await greeted(server.address)
    const other = await greeted(server.address)
    patient.send('until-closed\n')
    await other.ask('start 1')
    expect([await other.ask('num-running'), server.sessions]).toEqual(['1', 2])
    await other.ask('stop-all')
    other.send('gather-and-close\n')
    expect([await patient.line(), await other.line()]).toEqual(['true', 'ok'])
  })

  it('lets several clients run one pool', async () => {
    const pool = new SimpleTaskPool(waits)
    const { address } = await serve(pool)
    const wires = await Promise.all([greeted(address), greeted(address), greeted(address)])
    await Promise.all(wires.map((wire) => wire.send('start 2\nstop 1\nstart 3\n')))
    const replies = await Promise.all(wires.map((wire) => wire.lines(3)))
    const groups = replies.flatMap(([first, , last]) => [first, last])
    expect(groups.sort()).toEqual([0, 1, 2, 3, 4, 5].map((n) => `start-group-${n}`))
    await wires[0]?.ask('flush')
    for (const wire of wires) expect(await wire.ask('num-running')).toBe('12')
    await wires[1]?.ask('stop-all')
    expect(await wires[2]?.ask('gather-and-close')).toBe('ok')
  })

  it('sends replies of any length whole', async () => {
    const pool = new SimpleTaskPool(() => {})
    const { address } = await serve(pool)
    const wire = await greeted(address)
    await wire.ask('start 30000')
    const ids = Array.from({ length: 30_000 }, (_, id) => id).join(', ')
    expect(await wire.ask('get-group-ids start-group-0')).toBe(`{${ids}}`)
  })
})
