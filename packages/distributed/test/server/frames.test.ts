import { once } from 'node:events'
import { currentTask, inline, task } from '@conc/core'
import { decode, decodeError, encode } from '@conc/wire'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { connect } from '../../src/client/connect.js'
import { connectSettings } from '../../src/client/connect-options.js'
import { dial } from '../../src/client/dial.js'
import type { Session } from '../../src/client/session.js'
import { inOne } from '../../src/coordinator/fault.js'
import { encodeCredit } from '../../src/protocol/credit-body.js'
import { decodeFailureMeta } from '../../src/protocol/failure-meta.js'
import type { Frame } from '../../src/protocol/frame.js'
import { frameType, taskFlag } from '../../src/protocol/frame-types.js'
import { isBad, parseMessage } from '../../src/protocol/message.js'
import { MessageWriter } from '../../src/protocol/message-writer.js'
import { encodeMeta } from '../../src/protocol/meta.js'
import { encodeTaskMeta } from '../../src/protocol/task-meta.js'
import type { PoolServer } from '../../src/server/pool-server.js'
import { serve } from '../../src/server/serve.js'
import { add, whenHeld } from '../tasks.js'

const authkey = 'a key of enough bytes'
const noBytes = new Uint8Array(0)

const begun: number[] = []
task('frames/mark', (number: number) => {
  begun.push(number)
  if (number < 0) throw new RangeError(`${number} is below 0`)
  return currentTask()?.name
})
const mark = encodeMeta({ name: 'frames/mark' })

/** A client that says whatever it likes, once it has proven the key. */
class RudeClient {
  readonly ws: WebSocket
  readonly writer: MessageWriter
  readonly #frames: Frame[] = []
  #arrived: (() => void) | undefined

  constructor(ws: WebSocket) {
    this.ws = ws
    this.writer = new MessageWriter((message) => ws.send(Buffer.concat(message.chunks)))
    ws.on('error', () => {})
    ws.on('message', (data) => {
      const message = parseMessage(data as Buffer)
      if (!isBad(message)) this.#frames.push(...message.frames)
      this.#arrived?.()
    })
    ws.resume()
  }

  /** Has proven the key, and says nothing. */
  static async enter(port: number): Promise<RudeClient> {
    const settings = connectSettings({ port, authkey })
    const { ws } = await dial(settings, undefined, new AbortController().signal)
    return new RudeClient(ws)
  }

  static async greet(port: number): Promise<RudeClient> {
    const client = await RudeClient.enter(port)
    client.writer.add(frameType.hello, 0, encodeMeta({ protocol: '1.0' }))
    await client.next(0)
    return client
  }

  /** The next frame about `id`. */
  async next(id: number): Promise<Frame> {
    for (;;) {
      const index = this.#frames.findIndex((frame) => frame.id === id)
      if (index >= 0) return this.#frames.splice(index, 1)[0] as Frame
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
  }

  /** The answer to `id`, whatever comes of it before. */
  async last(id: number): Promise<Frame> {
    for (;;) {
      const frame = await this.next(id)
      if (frame.type === frameType.result || frame.type === frameType.error) return frame
    }
  }

  async closed(): Promise<number> {
    const [code] = await once(this.ws, 'close')
    return code
  }
}

const args = (...values: unknown[]) => encode(values).chunks

let server: PoolServer
let rude: RudeClient
let polite: Session

beforeEach(async () => {
  server = await serve(inline(), { authkey, maxPayloadBytes: 1000, maxInFlight: 3 })
  polite = await connect({ port: server.port, authkey })
  rude = await RudeClient.greet(server.port)
})

afterEach(async () => {
  // Whatever one client sends, the others do not notice.
  expect(await polite.submit(add, [1, 2])).toBe(3)
  await polite.close()
  await server.close({ pending: 'reject' })
})

describe('a client that is slow to greet', () => {
  it('hears nothing before its WELCOME, however the load changes', async () => {
    const slow = await RudeClient.enter(server.port)
    const other = await RudeClient.greet(server.port)
    other.writer.add(frameType.task, 1, encodeMeta({ name: 'test/add' }), args(1, 2))
    let told = await other.next(0)
    while (told.type !== frameType.load) told = await other.next(0)
    slow.writer.add(frameType.hello, 0, encodeMeta({ protocol: '1.0' }))
    expect((await slow.next(0)).type).toBe(frameType.welcome)
    slow.ws.terminate()
    other.ws.terminate()
  })
})

describe('a session ends', () => {
  it.each([
    ['a message shorter than its header', Buffer.from([1, 0]), 1002],
    ['a message of another version', Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1002],
    ['a frame longer than its message', frameOf(5000), 1002],
    ['frames without a number', Buffer.from([1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1002],
    ['a message out of turn', Buffer.concat([header(1, 77), frameOf(12).subarray(12)]), 1002],
    ['a message larger than the limit', Buffer.alloc((1024 + 128) * 1024 + 1), 1009],
  ])('with %s', async (_what, bytes, code) => {
    rude.ws.send(bytes)
    expect(await rude.closed()).toBe(code)
  })

  it('with a text message', async () => {
    rude.ws.send('hello')
    expect(await rude.closed()).toBe(1002)
  })

  it('with a first frame that is no HELLO', async () => {
    const settings = connectSettings({ port: server.port, authkey })
    const { ws } = await dial(settings, undefined, new AbortController().signal)
    const client = new RudeClient(ws)
    client.writer.add(frameType.task, 1, encodeMeta({ name: 'test/add' }), args(1, 2))
    expect(await client.closed()).toBe(1002)
  })

  it('with a hundred frames for ids that are none', async () => {
    for (let count = 0; count < 100; count++) rude.writer.add(frameType.cancel, 2001)
    expect(await rude.closed()).toBe(1008)
  })

  it('but not with as many that crossed with the end of their call', async () => {
    rude.writer.add(frameType.task, 1, encodeMeta({ name: 'test/add' }), args(1, 2))
    expect((await rude.last(1)).type).toBe(frameType.result)
    for (let count = 0; count < 200; count++) rude.writer.add(frameType.cancel, 1)
    rude.writer.add(frameType.task, 3, encodeMeta({ name: 'test/add' }), args(1, 2))
    expect((await rude.last(3)).type).toBe(frameType.result)
  })

  it('and its work is cancelled', async () => {
    rude.writer.add(frameType.task, 1, encodeMeta({ name: 'test/hold' }), args('of the rude'))
    await whenHeld('of the rude')
    rude.ws.send('hello')
    await rude.closed()
    await polite.submit(add, [0, 0])
    await expect.poll(() => server.sessions).toBe(1)
    expect((await server.stats()).load.running).toBe(0)
  })
})

describe('calls of one message', () => {
  beforeEach(() => {
    begun.length = 0
  })

  it('begin in the order in which they came, each as its own task', async () => {
    for (const id of [1, 3, 5]) rude.writer.add(frameType.task, id, mark, args(id))
    for (const id of [1, 3, 5]) {
      const { type, body } = await rude.next(id)
      expect([type, decode(body)]).toEqual([frameType.result, 'frames/mark'])
    }
    expect(begun).toEqual([1, 3, 5])
    expect((await server.stats()).load).toMatchObject({ running: 0, waiting: 0 })
    rude.ws.close()
  })

  it('never begin where their cancel is in it too', async () => {
    rude.writer.add(frameType.task, 1, mark, args(1))
    rude.writer.add(frameType.cancel, 1)
    rude.writer.add(frameType.task, 3, mark, args(3))
    const refusal = await rude.next(1)
    expect(refusal.type).toBe(frameType.error)
    expect(decodeFailureMeta(refusal.meta)).toMatchObject({ started: false })
    expect((await rude.next(3)).type).toBe(frameType.result)
    expect(begun).toEqual([3])
    expect((await server.stats()).load.running).toBe(0)
    rude.ws.close()
  })

  it.each([
    ['return', frameType.return],
    ['cancel', frameType.cancel],
  ])('are over where they are streams and their %s is in it too', async (_word, type) => {
    const numbers = encodeMeta({ name: 'test/numbers' })
    rude.writer.add(frameType.task, 1, numbers, args(3), taskFlag.stream)
    rude.writer.add(frameType.next, 1, undefined, [encodeCredit({ items: 1, bytes: 1000 })])
    rude.writer.add(type, 1)
    const ends: number[] = [frameType.end, frameType.error]
    let frame = await rude.next(1)
    while (!ends.includes(frame.type)) frame = await rude.next(1)
    expect((await server.stats()).load).toMatchObject({ running: 0, waiting: 0 })
    rude.ws.close()
  })

  it('end with what their bodies throw, the others with their values', async () => {
    rude.writer.add(frameType.task, 1, mark, args(-1))
    rude.writer.add(frameType.task, 3, mark, args(3))
    const failure = await rude.next(1)
    expect(decodeFailureMeta(failure.meta)).toEqual({ phase: 'body', started: true })
    expect(decodeError(failure.body)).toMatchObject({ name: 'RangeError' })
    expect((await rude.next(3)).type).toBe(frameType.result)
    rude.ws.close()
  })
})

describe('a frame is refused, and the others go on', () => {
  it.each([
    ['a meta that is none', frameType.task, 1, Uint8Array.of(0xc1)],
    ['an id of the other side', frameType.task, 2, encodeMeta({ name: 'test/add' })],
    ['a meta without a name', frameType.task, 1, encodeMeta({ version: '1' })],
    [
      'a meta that leaves no room for more',
      frameType.task,
      1,
      encodeMeta({ name: 'test/add', headers: { a: 'x'.repeat(50_000) } }),
    ],
  ])('with %s', async (_what, type, id, meta) => {
    rude.writer.add(type, id, meta, args(1, 2))
    rude.writer.add(frameType.task, 5, encodeMeta({ name: 'test/add' }), args(1, 2))
    const refusal = await rude.next(id)
    expect(refusal.type).toBe(frameType.error)
    expect(decodeFailureMeta(refusal.meta)).toEqual({ phase: 'reject', started: false })
    expect((await rude.next(5)).type).toBe(frameType.result)
    rude.ws.close()
  })

  it('with arguments that are no list, or no value', async () => {
    rude.writer.add(frameType.task, 1, encodeMeta({ name: 'test/add' }), encode('text').chunks)
    rude.writer.add(frameType.task, 3, encodeMeta({ name: 'test/add' }), [Uint8Array.of(0xc1)])
    for (const id of [1, 3]) expect((await rude.next(id)).type).toBe(frameType.error)
    rude.ws.close()
  })

  it('with more calls in flight than the quota', async () => {
    for (const id of [1, 3, 5, 7]) {
      rude.writer.add(frameType.task, id, encodeMeta({ name: 'test/hold' }), args(`flood ${id}`))
    }
    const refusal = await rude.next(7)
    expect(refusal.type).toBe(frameType.error)
    expect(Buffer.from(refusal.body).toString('latin1')).toContain('CONC_QUEUE_FULL')
    rude.ws.terminate()
  })

  it('with calls beyond the quota that come of others, as it says', async () => {
    const vars = new Map([['conc/above', inOne(encode(['made-1', 'up-1']).chunks)]])
    const meta = encodeTaskMeta({ name: 'test/hold', vars, parent: 'made-1' })
    for (const id of [1, 3, 5, 7]) rude.writer.add(frameType.task, id, meta, args(`said ${id}`))
    const refusal = await rude.next(7)
    expect(refusal.type).toBe(frameType.error)
    expect(Buffer.from(refusal.body).toString('latin1')).toContain('CONC_QUEUE_FULL')
    rude.ws.terminate()
  })

  it('with a step of a stream for a call that is none', async () => {
    rude.writer.add(frameType.task, 1, encodeMeta({ name: 'test/hold' }), args('no stream'))
    await whenHeld('no stream')
    rude.writer.add(frameType.next, 1, noBytes, [Buffer.alloc(8, 1)])
    let frame = await rude.next(1)
    while (frame.type !== frameType.error) frame = await rude.next(1)
    expect(Buffer.from(frame.body).toString('latin1')).toContain('CONC_PROTOCOL')
    rude.ws.close()
  })

  it('with a lock that cannot be read', async () => {
    const wrong = [
      { op: 'acquire', name: 'x' },
      { op: 'steal' },
      null,
      { op: 'release', token: 'x' },
    ]
    for (const [index, request] of wrong.entries()) {
      const id = 2 * index + 1
      const meta = Buffer.concat(encode(request).chunks)
      rude.writer.add(frameType.acquire, id, meta, encode(1).chunks)
      expect((await rude.next(id)).type).toBe(frameType.error)
    }
    rude.ws.close()
  })

  it.each([
    ['of nobody', 0],
    ['of the other side', 2],
    ['that is in use', 1],
  ])('with a lock under an id %s', async (_what, id) => {
    const request = { op: 'eventWait', name: 'never' }
    const ask = (as: number): void =>
      rude.writer.add(frameType.acquire, as, encodeMeta(request), encode(1).chunks)
    ask(1)
    for (let count = 0; count < 50; count++) {
      ask(id)
      expect(Buffer.from((await rude.next(id)).body).toString('latin1')).toContain('CONC_PROTOCOL')
    }
    rude.ws.close()
  })

  it('with the release of a lock that is not held is dropped', async () => {
    for (let count = 0; count < 200; count++) {
      rude.writer.add(frameType.release, 0, noBytes, encode([count, 1]).chunks)
    }
    rude.writer.add(frameType.task, 1, encodeMeta({ name: 'test/add' }), args(1, 2))
    expect((await rude.next(1)).type).toBe(frameType.result)
    rude.ws.close()
  })

  it('with releases that cannot be read', async () => {
    const bad = [encode('all of it').chunks, [Buffer.of(0xc1)], encode({}).chunks, []]
    for (let count = 0; count < 100; count++) {
      rude.writer.add(frameType.release, 0, noBytes, bad[count % bad.length])
    }
    expect(await rude.closed()).toBe(1008)
  })

  it('of an unknown type with its high bit set is passed over', async () => {
    for (let count = 0; count < 200; count++) rude.writer.add(0xf0, 0)
    rude.writer.add(frameType.task, 1, encodeMeta({ name: 'test/add' }), args(1, 2))
    expect((await rude.next(1)).type).toBe(frameType.result)
    rude.ws.close()
  })

  it('for a call that is settled is dropped', async () => {
    rude.writer.add(frameType.task, 1, encodeMeta({ name: 'test/add' }), args(1, 2))
    await rude.next(1)
    rude.writer.add(frameType.cancel, 1)
    rude.writer.add(frameType.task, 3, encodeMeta({ name: 'test/add' }), args(1, 2))
    expect((await rude.next(3)).type).toBe(frameType.result)
    rude.ws.close()
  })
})

describe('HELLO', () => {
  it('lowers the payload limit to that of the client', async () => {
    const settings = connectSettings({ port: server.port, authkey })
    const { ws } = await dial(settings, undefined, new AbortController().signal)
    const client = new RudeClient(ws)
    client.writer.add(frameType.hello, 0, encodeMeta({ protocol: '1.0', maxPayloadBytes: 100 }))
    client.writer.add(frameType.task, 1, encodeMeta({ name: 'test/of-bytes' }), args(200))
    const { type, body } = await client.next(1)
    expect(type).toBe(frameType.error)
    expect(Buffer.from(body).toString('latin1')).toContain('CONC_PAYLOAD_TOO_LARGE')
    ws.close()
  })
})

function header(frames: number, seq: number): Buffer {
  const bytes = Buffer.alloc(12)
  bytes[0] = 1
  bytes.writeUInt16LE(frames, 2)
  bytes.writeUInt32LE(seq, 4)
  return bytes
}

/** A message with one frame that says it is so long. */
function frameOf(size: number): Buffer {
  const frame = Buffer.alloc(16)
  frame.writeUInt32LE(size, 0)
  return Buffer.concat([header(1, 2), frame])
}
