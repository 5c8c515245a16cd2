import { once } from 'node:events'
import { connect } from 'node:net'
import { InvalidOptionError, task } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it } from 'vitest'
import { ControlAddressError, TcpControlServer } from '../../src/control/index.js'
import { SimpleTaskPool, TaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'
import { serveTcp } from './servers.js'
import { greeted, wireTo } from './wires.js'

describe('TcpControlServer', () => {
  describe('serving', () => {
    it('ends sessions at close, and leaves the pool alone', async () => {
      const pool = new SimpleTaskPool(waits)
      const server = await serveTcp(pool)
      const wire = await greeted(server.address)
      await wire.ask('start 1')
      wire.send('until-closed\n')
      expect(server.isServing).toBe(true)
      await Promise.all([server.close(), server.close(), server.closed])
      expect([await wire.rest(), server.isServing, server.sessions]).toEqual(['', false, 0])
      expect([pool.numRunning, pool.isLocked]).toEqual([1, false])
      await expect(server.start()).resolves.toBe(server)
      await pool.close({ pending: 'reject' })
    })

    it('still answers the command that closed the pool, and so the server', async () => {
      const pool = new SimpleTaskPool(waits)
      const server = await serveTcp(pool)
      const wire = await greeted(server.address)
      const closed = pool.untilClosed().then(() => server.close())
      expect(await wire.ask('gather-and-close')).toBe('ok')
      await closed
      expect(await wire.rest()).toBe('')
    })

    it('serves until its signal aborts', async () => {
      const controller = new AbortController()
      const server = new TcpControlServer(new TaskPool(), { port: 0 })
      const served = server.serveForever({ signal: controller.signal })
      await server.start()
      await greeted(server.address)
      controller.abort()
      await served
      expect(server.isServing).toBe(false)
      const never = new TcpControlServer(new TaskPool(), { port: 0 })
      await never.serveForever({ signal: AbortSignal.abort() })
      await expect(never.start()).rejects.toThrow('the control server is closed')
    })

    it('says that its port is taken', async () => {
      const { address } = await serveTcp(new TaskPool())
      const second = new TcpControlServer(new TaskPool(), { port: address.port })
      await expect(second.start()).rejects.toBeInstanceOf(ControlAddressError)
      await expect(second.start()).rejects.toThrow('the address is in use')
      await second.close()
    })

    it('serves several pools, each its own', async () => {
      const one = await serveTcp(new TaskPool({ name: 'one' }))
      const two = await serveTcp(new SimpleTaskPool(waits, { name: 'two' }))
      const wires = [await wireTo(one.address), await wireTo(two.address)]
      const names = await Promise.all(wires.map((wire) => wire.ask('{}')))
      expect(names).toEqual(['TaskPool-one', 'SimpleTaskPool-two'])
    })
  })

  it('names declared tasks by their names', async () => {
    const gate = deferred<string>()
    const note = task('taskpool-control/note', (text: string) => gate.resolve(text))
    const pool = new TaskPool()
    const { address } = await serveTcp(pool, { functions: [note] })
    const wire = await greeted(address)
    const name = 'apply-taskpool-control/note-group-0'
    expect(await wire.ask("apply taskpool-control/note -a ['hi']")).toBe(name)
    expect(await gate.promise).toBe('hi')
  })

  it('refuses wrong options, and a host that others reach without a token', () => {
    const pool = new TaskPool()
    const wrong: object[] = [
      { port: -1 },
      { port: 1.5 },
      { port: 0, host: '0.0.0.0' },
      { port: 0, host: '192.168.0.1', token: 'too short' },
      { port: 0, token: '' },
      { port: 0, maxSessions: 0 },
      { port: 0, maxLineBytes: 0 },
      { port: 0, handshakeTimeoutMs: -1 },
      { port: 0, functions: { x: 5 } },
      { port: 0, functions: [() => {}] },
    ]
    for (const options of wrong) {
      expect(() => new TcpControlServer(pool, options as never)).toThrow(InvalidOptionError)
    }
    expect(() => new TcpControlServer({} as never, { port: 0 })).toThrow('`pool`')
    const server = new TcpControlServer(pool, { port: 0 })
    expect(() => server.serveForever({ signal: 1 as never })).toThrow('`signal`')
    const token = 'sixteen letters!'
    for (const host of ['127.8.8.8', '::1', 'localhost'])
      new TcpControlServer(pool, { port: 0, host })
    new TcpControlServer(pool, { port: 0, host: '0.0.0.0', token })
  })

  it('forgets a client that vanishes while its command runs', async () => {
    const server = await serveTcp(new TaskPool())
    const wire = await greeted(server.address)
    const other = await greeted(server.address)
    wire.send('until-closed\n')
    expect(await other.ask('num-running')).toBe('0')
    wire.vanish()
    await expect.poll(() => server.sessions).toBe(1)
    expect(await other.ask('num-running')).toBe('0')
  })

  it('holds no socket when a client connects and leaves at once', async () => {
    const server = await serveTcp(new TaskPool())
    const socket = connect(server.address.port, server.address.host)
    await once(socket, 'connect')
    socket.resetAndDestroy()
    await once(socket, 'close')
    await server.close()
    expect(server.sessions).toBe(0)
  })
})
