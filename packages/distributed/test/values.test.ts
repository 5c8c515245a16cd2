import { WorkerLostError } from '@conc/core'
import { connect, serve, WorkerPool } from '@conc/distributed'
import { describe, expect, it } from 'vitest'
import {
  add,
  doubling,
  echo,
  endless,
  numbers,
  pid,
  size,
  unluckyStream,
} from './fixtures/tasks.mjs'
import { Lab } from './lab.js'

describe('values', () => {
  it('of 100 MiB arrive where they are allowed, and are refused unsent where not', async () => {
    const bytes = new Uint8Array(100 * 1024 * 1024)
    await using wide = new WorkerPool({ breadth: 1, maxPayloadBytes: 128 * 1024 * 1024 })
    expect(await wide.submit(size, [bytes])).toBe(bytes.byteLength)
    await using usual = new WorkerPool({ breadth: 1 })
    await expect(usual.submit(size, [bytes])).rejects.toMatchObject({
      code: 'CONC_PAYLOAD_TOO_LARGE',
      started: false,
      path: 'args[0]',
      limit: 16 * 1024 * 1024,
    })
    expect(await usual.submit(add, [1, 1])).toBe(2)
  }, 60_000)

  it('are many at once, whatever one may measure', async () => {
    await using pool = new WorkerPool({ breadth: 1, maxPayloadBytes: 5000 })
    const values = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(4900, '.'))
    expect(await Promise.all(values.map((value) => pool.submit(echo, [value])))).toEqual(values)
  })

  it('are what they were at the submit, whatever becomes of them', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const bytes = new Uint8Array(256 * 1024).fill(1)
    const call = pool.submit(echo, [bytes])
    bytes.fill(2)
    expect(new Set((await call) as Uint8Array)).toEqual(new Set([1]))
  })
})

describe('streams', () => {
  it('begin again where the body failed by what another executor did', async () => {
    await using pool = new WorkerPool({ breadth: 1 })
    const items = pool.stream(unluckyStream, [], { retry: 1 })
    expect(await items.next()).toEqual({ done: false, value: 2 })
    await items.return()
  })

  it('end with what came, then the loss', async () => {
    await using pool = new WorkerPool({ breadth: 1, prefetch: { items: 2 } })
    const got: number[] = []
    const victim = await pool.submit(pid, [])
    const loop = (async (): Promise<void> => {
      for await (const n of pool.stream(numbers, [1_000_000])) {
        got.push(n)
        if (n === 10) process.kill(victim, 'SIGKILL')
      }
    })()
    await expect(loop).rejects.toBeInstanceOf(WorkerLostError)
    expect(got).toEqual(got.map((_, index) => index))
  })
})
describe('throw() of a plain stream', () => {
  it('ends the producer, runs its finally, and rejects with that error', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1, concurrency: 1 })
    const server = await serve(pool)
    await using session = await connect({ port: server.port })
    for (const executor of [pool, session]) {
      const items = executor.stream(endless, [lab.log])
      await items.next()
      const error = new RangeError('enough')
      await expect(items.throw(error)).rejects.toBe(error)
      expect(await items.next()).toEqual({ done: true, value: undefined })
      expect(await executor.submit(add, [1, 1])).toBe(2)
    }
    expect(await lab.lines()).toEqual(['left', 'left'])
    await server.close()
  })
})

describe('duplex', () => {
  it('is a generator exactly', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    const talk = pool.duplex(doubling, [lab.log, 3])
    expect(await talk.next()).toEqual({ done: false, value: 6 })
    expect(await talk.next(7)).toEqual({ done: false, value: 14 })
    expect(await talk.throw(new Error('5'))).toEqual({ done: false, value: 2010 })
    expect(await talk.next(6000)).toEqual({ done: true, value: 'enough' })
    expect(await talk.next(1)).toEqual({ done: true, value: undefined })
    expect(await lab.lines()).toEqual(['finally'])
  })

  it('runs the finally of one that is left, and takes the value along', async () => {
    const lab = await Lab.open()
    await using pool = new WorkerPool({ breadth: 1 })
    const talk = pool.duplex(doubling, [lab.log, 1])
    await talk.next()
    expect(await talk.return('done')).toEqual({ done: true, value: 'done' })
    expect(await lab.lines()).toEqual(['finally'])
    const unread = pool.duplex(doubling, [lab.log, 1])
    expect(await unread.return('never begun')).toEqual({ done: true, value: 'never begun' })
    expect(pool.load.running).toBe(0)
  })
})
