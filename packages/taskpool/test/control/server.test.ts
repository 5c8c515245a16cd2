import { once } from 'node:events'
import { connect } from 'node:net'
import { InvalidOptionError, task } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  ControlAddressError,
  type ControlServerOptions,
  TcpControlServer,
} from '../../src/control/index.js'
import { type BaseTaskPool, SimpleTaskPool, TaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'
import { greeted, wireTo } from './wires.js'

async function serve(
  pool: BaseTaskPool,
  options: ControlServerOptions & { host?: string } = {},
): Promise<TcpControlServer> {
  const server = await new TcpControlServer(pool, { port: 0, ...options }).start()
  onTestFinished(() => server.close())
  return server
}

describe('TcpControlServer', () => {
  describe('a session in text', () => {
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

    it('sends replies of any length whole', async () => {
      const pool = new SimpleTaskPool(() => {})
      const { address } = await serve(pool)
      const wire = await greeted(address)
      await wire.ask('start 30000')
      const ids = Array.from({ length: 30_000 }, (_, id) => id).join(', ')
      expect(await wire.ask('get-group-ids start-group-0')).toBe(`{${ids}}`)
    })
  })

  describe('a session in JSON', () => {
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

  describe('the handshake', () => {
    it.each([
      ['GET / HTTP/1.1', 'the first line has to be a JSON object'],
      ['start 5', 'the first line has to be a JSON object'],
      ['[]', 'the first line has to be a JSON object'],
      ['null', 'the first line has to be a JSON object'],
      ['', 'the first line has to be a JSON object'],
      ['{"terminal_width": "wide"}', '`terminal_width` of the first line has to be a number'],
      ['{"framing": "xml"}', '`framing` of the first line has to be'],
      ['{"token": 5}', '`token` of the first line has to be a string'],
    ])('refuses %s with one line, and closes', async (line, reason) => {
      const pool = new SimpleTaskPool(waits)
      const { address } = await serve(pool)
      const wire = await wireTo(address)
      wire.send(`${line}\nstart 5\n`)
      const text = await wire.rest()
      expect(text).toMatch(/^ControlError: [^\n]+\n$/)
      expect(text).toContain(reason)
      expect(pool.numWaiting + pool.numRunning).toBe(0)
    })

    it('lets nobody in with a wrong token', async () => {
      const pool = new SimpleTaskPool(waits)
      const token = 'sixteen characters and more'
      const { address } = await serve(pool, { token })
      for (const handshake of [{}, { token: 'sixteen' }, { token: '' }]) {
        const wire = await wireTo(address)
        wire.send(`${JSON.stringify(handshake)}\nstart 5\n`)
        expect(await wire.rest()).toBe('AuthenticationError: wrong token\n')
      }
      const wire = await wireTo(address)
      expect(await wire.ask(JSON.stringify({ token }))).toBe(pool.name)
      expect(pool.numRunning).toBe(0)
    })

    it('has to come in time', async () => {
      const { address } = await serve(new TaskPool(), { handshakeTimeoutMs: 5 })
      const wire = await wireTo(address)
      expect(await wire.rest()).toBe('ControlError: no first line within 5 ms\n')
    })

    it('sets the width of help, at least 40', async () => {
      const { address } = await serve(new TaskPool())
      const widest = async (width: number) => {
        const wire = await greeted(address, { terminal_width: width })
        wire.socket.end('apply -h\n')
        return Math.max(...(await wire.rest()).split('\n').map((line) => line.length))
      }
      expect(await widest(1)).toBeLessThanOrEqual(40)
      expect(await widest(120)).toBeGreaterThan(80)
    })
  })

  describe('limits', () => {
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

    it('forgets clients that vanish, also while a command runs', async () => {
      const pool = new TaskPool()
      const server = await serve(pool)
      const wire = await greeted(server.address)
      const other = await greeted(server.address)
      wire.send('until-closed\n')
      expect(await other.ask('num-running')).toBe('0')
      wire.socket.resetAndDestroy()
      await expect.poll(() => server.sessions).toBe(1)
      expect(await other.ask('num-running')).toBe('0')
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

  describe('serving', () => {
    it('ends sessions at close, and leaves the pool alone', async () => {
      const pool = new SimpleTaskPool(waits)
      const server = await serve(pool)
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
      const server = await serve(pool)
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
      const { address } = await serve(new TaskPool())
      const second = new TcpControlServer(new TaskPool(), { port: address.port })
      await expect(second.start()).rejects.toBeInstanceOf(ControlAddressError)
      await expect(second.start()).rejects.toThrow('the address is in use')
      await second.close()
    })

    it('serves several pools, each its own', async () => {
      const one = await serve(new TaskPool({ name: 'one' }))
      const two = await serve(new SimpleTaskPool(waits, { name: 'two' }))
      const wires = [await wireTo(one.address), await wireTo(two.address)]
      const names = await Promise.all(wires.map((wire) => wire.ask('{}')))
      expect(names).toEqual(['TaskPool-one', 'SimpleTaskPool-two'])
    })
  })

  it('names declared tasks by their names', async () => {
    const gate = deferred<string>()
    const note = task('taskpool-control/note', (text: string) => gate.resolve(text))
    const pool = new TaskPool()
    const { address } = await serve(pool, { functions: [note] })
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
    const token = 'sixteen letters!'
    for (const host of ['127.8.8.8', '::1', 'localhost'])
      new TcpControlServer(pool, { port: 0, host })
    new TcpControlServer(pool, { port: 0, host: '0.0.0.0', token })
  })

  it('holds no socket when a client connects and leaves at once', async () => {
    const server = await serve(new TaskPool())
    const socket = connect(server.address.port, server.address.host)
    await once(socket, 'connect')
    socket.resetAndDestroy()
    await once(socket, 'close')
    await server.close()
    expect(server.sessions).toBe(0)
  })
})
