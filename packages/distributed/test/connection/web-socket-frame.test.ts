import { once } from 'node:events'
import type { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as ws from 'ws'
import { webSocketFrame } from '../../src/connection/web-socket-frame.js'

// Its types leave it out.
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable }

/** What the other side of a WebSocket reads. */
async function read(frames: Buffer, isServer: boolean): Promise<[data: Buffer, isBinary: boolean]> {
  const receiver = new Receiver({ isServer })
  const message = once(receiver, 'message')
  receiver.write(frames)
  return (await message) as [Buffer, boolean]
}

const length = fc.oneof(fc.nat(300), fc.constantFrom(0, 125, 126, 127, 16_384, 65_535))

describe('webSocketFrame', () => {
  it('is read as the payload that it was made of, by either side', async () => {
    const property = fc.asyncProperty(
      length,
      fc.nat(255),
      fc.boolean(),
      async (size, byte, isMasked) => {
        const payload = new Uint8Array(size).fill(byte)
        const [data, isBinary] = await read(webSocketFrame(payload, isMasked), isMasked)
        expect(isBinary).toBe(true)
        expect(Buffer.compare(data, payload)).toBe(0)
      },
    )
    await fc.assert(property)
  })

  it('follows another without a gap', async () => {
    const receiver = new Receiver({ isServer: true })
    const payloads: Buffer[] = []
    receiver.on('message', (data: Buffer) => payloads.push(data))
    const sent = [Buffer.from('one'), Buffer.alloc(200, 7), Buffer.from('three')]
    receiver.write(Buffer.concat(sent.map((payload) => webSocketFrame(payload, true))))
    await expect.poll(() => payloads.length).toBe(3)
    expect(Buffer.concat(payloads)).toEqual(Buffer.concat(sent))
  })
})
