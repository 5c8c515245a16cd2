import { encode } from '@conc/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messageBytes, messageFrames } from '../../src/protocol/limits.js'
import { LinkParser, linkChunks, linkHeaderBytes } from '../../src/protocol/link-parser.js'
import { isBad, type Message, parseMessage } from '../../src/protocol/message.js'
import { MessageWriter, type OutgoingMessage } from '../../src/protocol/message-writer.js'
import { isPlainValue } from '../../src/protocol/plain.js'
import { cut, type MadeFrame, madeFrame, plain } from './made-frames.js'

interface Turn {
  readonly frames: readonly MadeFrame[]
  readonly cutAt: number
}

const turns = fc.array(
  fc.record({ frames: fc.array(madeFrame, { maxLength: 12 }), cutAt: fc.nat(100) }),
  { maxLength: 6 },
)

/** What a writer makes of turns; each ends with the flush that it asked for. */
function written(of: readonly Turn[], ack = 0, room = 0): OutgoingMessage[] {
  const messages: OutgoingMessage[] = []
  let flush = (): void => {}
  const writer = new MessageWriter((message) => messages.push(message), {
    ack: () => ack,
    room,
    schedule: (end) => {
      flush = end
    },
  })
  for (const { frames, cutAt } of of) {
    for (const { type, id, meta, body, flags } of frames) {
      writer.add(type, id, meta, cut(body, cutAt), flags)
    }
    flush()
  }
  return messages
}

function parsed(message: OutgoingMessage): Message {
  const result = parseMessage(Buffer.concat(message.chunks))
  if (isBad(result)) throw new Error(result.problem)
  return result
}

describe('messages', () => {
  it('come back as the frames that were added, in order', () => {
    fc.assert(
      fc.property(turns, fc.nat(), (of, ack) => {
        const messages = written(of, ack).map(parsed)
        const frames = messages.flatMap((message) => message.frames)
        expect(frames.map(plain)).toEqual(of.flatMap((turn) => turn.frames).map(plain))
        expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1))
        for (const message of messages) expect(message.ack).toBe(ack)
      }),
    )
  })

  it('have the same bytes with a plain value as with what was encoded of it', () => {
    const values = fc.array(fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.constant(null)))
    fc.assert(
      fc.property(values, (all) => {
        const [made, encoded]: OutgoingMessage[][] = [[], []]
        const [one, other] = [made, encoded].map(
          (messages) => new MessageWriter((message) => messages?.push(message), { mostFrames: 3 }),
        )
        for (const [id, value] of all.filter(isPlainValue).entries()) {
          one?.addPlain(0x13, id, value)
          other?.add(0x13, id, undefined, encode(value).chunks)
        }
        one?.flush()
        other?.flush()
        expect(made).toEqual(encoded)
      }),
    )
  })

  it('are found in a byte stream, however it is cut', () => {
    const cuts = fc.infiniteStream(fc.integer({ min: 1, max: 3000 }))
    fc.assert(
      fc.property(turns, cuts, (of, sizes) => {
        const messages = written(of, 0, linkHeaderBytes)
        const arrived: Message[] = []
        const parser = new LinkParser(2 ** 20, (message) => arrived.push(message))
        let rest = Buffer.concat(messages.flatMap(linkChunks))
        while (rest.byteLength > 0) {
          const size = Math.min(sizes.next().value as number, rest.byteLength)
          expect(parser.push(rest.subarray(0, size))).toBeUndefined()
          rest = rest.subarray(size)
        }
        expect(arrived.map(({ seq }) => seq)).toEqual(messages.map(({ seq }) => seq))
        expect(arrived.flatMap(({ frames }) => frames).map(plain)).toEqual(
          of.flatMap(({ frames }) => frames).map(plain),
        )
      }),
    )
  })

  it('hold the frames of one turn, up to their limits', () => {
    const small = { type: 0x13, flags: 0, id: 1, meta: new Uint8Array(0), body: new Uint8Array(0) }
    const frames = Array.from({ length: messageFrames + 1 }, () => small)
    expect(written([{ frames, cutAt: 0 }]).map((one) => parsed(one).frames.length)).toEqual([
      messageFrames,
      1,
    ])
    const medium = { ...small, body: new Uint8Array(60_000) }
    const sizes = written([{ frames: Array.from({ length: 20 }, () => medium), cutAt: 0 }])
    expect(sizes).toHaveLength(2)
    for (const { byteLength } of sizes) expect(byteLength).toBeLessThanOrEqual(messageBytes)
  })

  it('with a large frame leave at once, behind what was added before', () => {
    const messages: OutgoingMessage[] = []
    const writer = new MessageWriter((message) => messages.push(message), { schedule: () => {} })
    writer.add(0x13, 1)
    const body = new Uint8Array(100_000)
    writer.add(0x13, 3, undefined, [body])
    expect(messages.map((one) => parsed(one).frames.map(({ id }) => id))).toEqual([[1], [3]])
    expect(messages[1]?.chunks.at(-1)).toBe(body)
  })

  it('share one write with what is added by promises that go on in the same turn', async () => {
    const messages: OutgoingMessage[] = []
    const writer = new MessageWriter((message) => messages.push(message))
    const chain = async (id: number): Promise<void> => {
      for (let hop = 0; hop < 10; hop++) await undefined
      writer.add(0x10, id)
    }
    writer.add(0x10, 1)
    await Promise.all([chain(3), chain(5)])
    await new Promise(setImmediate)
    expect(messages).toHaveLength(1)
    expect(parsed(messages[0] as OutgoingMessage).frames.map(({ id }) => id)).toEqual([1, 3, 5])
  })

  it('that only acknowledge have no number', () => {
    const messages: OutgoingMessage[] = []
    const writer = new MessageWriter((message) => messages.push(message), { ack: () => 7 })
    writer.acknowledge()
    expect(messages.map(parsed)).toEqual([{ seq: 0, ack: 7, frames: [] }])
    expect(writer.seq).toBe(0)
  })
})
