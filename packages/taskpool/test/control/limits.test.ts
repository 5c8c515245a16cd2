import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { SimpleTaskPool, TaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'
import { servers } from './servers.js'
import { greeted, wireTo } from './wires.js'

describe.each(servers)('the limits on $kind', ({ serve }) => {
  it('refuses a line that is too long, and closes only that session', async () => {
    const pool = new SimpleTaskPool(waits)
    const server = await serve(pool, { maxLineBytes: 1000 })
    const wire = await greeted(server.address)
    const other = await greeted(server.address)
    wire.send(`start ${'5'.repeat(2000)}\n`)
    expect(await wire.rest()).toBe('ControlError: the line is longer than 1000 bytes\n')
    expect(await other.ask('num-running')).toBe('0')
  })

  it('takes lines of a megabyte, but no more', async () => {
    const pool = new TaskPool()
    const seen: string[] = []
    const { address } = await serve(pool, {
      functions: { keep: (item: string) => seen.push(item) },
    })
    const wire = await greeted(address)
    const start = 'map keep ["'
    const fits = 'x'.repeat(2 ** 20 - start.length - 2)
    expect(await wire.ask(`${start}${fits}"]`)).toBe('map-keep-group-0')
    wire.send(`${start}${fits}x"]\n`)
    expect(await wire.rest()).toBe('ControlError: the line is longer than 1048576 bytes\n')
    await pool.gatherAndClose()
    expect(seen).toEqual([fits])
  })

  it('refuses clients past `maxSessions`', async () => {
    const server = await serve(new TaskPool(), { maxSessions: 1 })
    const first = await greeted(server.address)
    const second = await wireTo(server.address)
    expect(await second.rest()).toBe('ControlError: too many sessions\n')
    expect(await first.ask('num-running')).toBe('0')
    first.socket.end()
    await first.rest()
    const third = await wireTo(server.address)
    expect(await third.ask('{}')).toBe(server.pool.name)
  })

  it('takes 32 clients unless told otherwise', async () => {
    const server = await serve(new TaskPool())
    const clients = await Promise.all(Array.from({ length: 32 }, () => greeted(server.address)))
    const oneTooMany = await wireTo(server.address)
    expect(await oneTooMany.rest()).toBe('ControlError: too many sessions\n')
    for (const client of clients) expect(await client.ask('num-running')).toBe('0')
  })

  it('forgets clients that vanish', async () => {
    const server = await serve(new TaskPool())
    const wire = await greeted(server.address)
    const other = await greeted(server.address)
    wire.vanish()
    await expect.poll(() => server.sessions).toBe(1)
    expect(await other.ask('num-running')).toBe('0')
  })

  it('lets a client that has said all wait for its reply, until somebody needs its place', async () => {
    const pool = new TaskPool()
    const server = await serve(pool, { maxSessions: 1 })
    const silent = await greeted(server.address)
    silent.socket.end('until-closed\n')
    await once(silent.socket, 'finish')
    // Whether it has closed its half shows when the server has read that.
    let other = await wireTo(server.address)
    while ((await other.ask('{}')) !== pool.name) other = await wireTo(server.address)
    expect([await silent.rest(), await other.ask('num-running')]).toEqual(['', '0'])
    const third = await wireTo(server.address)
    expect(await third.rest()).toBe('ControlError: too many sessions\n')
  })

  it('forgets a client that vanishes in the middle of a line', async () => {
    const pool = new SimpleTaskPool(waits)
    const server = await serve(pool)
    const wire = await greeted(server.address)
    wire.send(`${'x'.repeat(500_000)}`)
    wire.send('start 5')
    wire.socket.destroySoon()
    await wire.rest()
    await expect.poll(() => server.sessions).toBe(0)
    expect([pool.numRunning, pool.numWaiting]).toEqual([0, 0])
  })

  it('reads no further from a client that does not read, and forgets it when it vanishes', async () => {
    const pool = new SimpleTaskPool(() => {})
    const server = await serve(pool)
    const wire = await greeted(server.address)
    await wire.ask('start 30000')
    wire.socket.pause()
    wire.send('get-group-ids start-group-0\n'.repeat(500))
    wire.send('lock\n')
    const other = await greeted(server.address)
    for (let asked = 0; asked < 20; asked++) {
      expect(await other.ask('is-locked')).toBe('false')
    }
    wire.socket.destroy()
    await expect.poll(() => server.sessions).toBe(1)
    expect(await other.ask('is-locked')).toBe('false')
  })

  it('survives any bytes', async () => {
    const server = await serve(new TaskPool())
    for (const bytes of ['\0\0\n', '\xff\xfe\n', '{'.repeat(1000), '"\n', '{}\n\0\x1b[2J\n']) {
      const wire = await wireTo(server.address)
      wire.socket.end(Buffer.from(bytes, 'latin1'))
      await wire.rest()
    }
    const wire = await greeted(server.address)
    expect(await wire.ask('num-running')).toBe('0')
  })
})
