import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { SimpleTaskPool, TaskPool } from '../../src/index.js'
import { waits } from '../bodies.js'
import { servers } from './servers.js'
import { greeted, wireTo } from './wires.js'

describe.each(servers)('the handshake on $kind', ({ serve }) => {
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

  it('has 5 seconds unless told otherwise', async () => {
    const server = await serve(new TaskPool())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const wire = await wireTo(server.address)
    while (server.sessions === 0) await new Promise(setImmediate)
    vi.advanceTimersByTime(4999)
    await new Promise(setImmediate)
    expect(server.sessions).toBe(1)
    vi.advanceTimersByTime(1)
    expect(await wire.rest()).toBe('ControlError: no first line within 5000 ms\n')
  })

  it('sets the width of help, at least 40 and usually 80', async () => {
    const { address } = await serve(new TaskPool())
    const widest = async (width?: number) => {
      const wire = await greeted(address, { terminal_width: width })
      wire.socket.end('apply -h\n')
      return Math.max(...(await wire.rest()).split('\n').map((line) => line.length))
    }
    expect(await widest(1)).toBeLessThanOrEqual(40)
    expect(await widest(120)).toBeGreaterThan(80)
    const usual = await widest()
    expect(usual).toBe(await widest(80))
    expect(usual).not.toBe(await widest(70))
  })
})
