import { ProtocolError } from '@conc/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, ItemQueue } from '../../src/calls/item-queue.js'
import type { Frame } from '../../src/protocol/frame.js'
import { frameType } from '../../src/protocol/frame-types.js'
import { itemSizes, packOf, sizeOf } from '../../src/protocol/item-pack.js'
import { aloneBytes } from '../../src/protocol/limits.js'
import { isBad, parseMessage } from '../../src/protocol/message.js'
import { MessageWriter } from '../../src/protocol/message-writer.js'

/** What a writer makes of what is done with it in one turn. */
function framesOf(turn: (writer: MessageWriter) => void): Frame[] {
  const frames: Frame[] = []
  const writer = new MessageWriter(
    ({ chunks }) => {
      const message = parseMessage(Buffer.concat(chunks))
      if (isBad(message)) throw new Error(message.problem)
      frames.push(...message.frames)
    },
    { schedule: () => {} },
  )
  turn(writer)
  writer.flush()
  return frames
}

function queueOf(items: number): { queue: ItemQueue; told: number[] } {
  const queue = new ItemQueue({ items, bytes: 1000 })
  const told: number[] = []
  queue.attach({ isStarted: true, cancel() {}, tell: (type) => void told.push(type) })
  return { queue, told }
}

function itemsIn(frames: readonly Frame[], id: number): string[] {
  const queue = new ItemQueue(undefined)
  for (const frame of frames) {
    if (frame.id === id && frame.type === frameType.yield) queue.arrived([frame.body])
  }
  const items: string[] = []
  for (let item = queue.take(bytesOf); item; item = queue.take(bytesOf)) {
    items.push(Buffer.from(item).toString('hex'))
  }
  return items
}

const anItem = Buffer.from([7])

describe('items of a turn', () => {
  it('arrive in order, those of each stream between what else was said of it', () => {
    const step = fc.record({
      id: fc.constantFrom(1, 3, 5),
      items: fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 3 }),
      isWord: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const frames = framesOf((writer) => {
          for (const { id, items, isWord } of steps) {
            // Those of a pack that is passed on, or one by one.
            const packs = items.map((item) => packOf([item]))
            if (isWord && packs.length > 0) writer.addItems(id, [Buffer.concat(packs.flat())])
            else for (const pack of packs) writer.addItems(id, pack)
            if (isWord) writer.add(frameType.progress, id)
          }
        })
        for (const id of [1, 3, 5]) {
          const own = steps.filter((one) => one.id === id)
          const items = own.flatMap((one) => one.items)
          expect(itemsIn(frames, id)).toEqual(items.map((one) => Buffer.from(one).toString('hex')))
          const words = frames.flatMap((frame) => {
            if (frame.id !== id) return []
            if (frame.type === frameType.progress) return ['word']
            return (itemSizes(frame.body) ?? []).map(() => 'item')
          })
          const said = own.flatMap((one) => [
            ...one.items.map(() => 'item'),
            ...(one.isWord ? ['word'] : []),
          ])
          expect(words).toEqual(said)
        }
      }),
    )
  })

  it('of two streams that take turns share a frame for each', () => {
    const frames = framesOf((writer) => {
      for (let count = 0; count < 10; count++) {
        writer.addItems(1, packOf([anItem]))
        writer.addItems(3, packOf([anItem]))
      }
    })
    expect(frames.map(({ id }) => id)).toEqual([1, 3])
    expect(itemsIn(frames, 1)).toHaveLength(10)
  })

  it('fill several frames where they are many, and a large one goes alone', () => {
    const sizes = [40_000, 20_000, 40_000, 100_000, 5]
    const frames = framesOf((writer) => {
      for (const size of sizes) writer.addItems(1, packOf([new Uint8Array(size)]))
    })
    const packed = frames.map(({ body }) => itemSizes(body))
    expect(packed).toEqual([[40_000, 20_000], [40_000], [100_000], [5]])
    for (const { body } of frames) {
      if (itemSizes(body)?.length !== 1) expect(body.byteLength).toBeLessThan(aloneBytes)
    }
  })
})

describe('ItemQueue', () => {
  it('gives the items of a pack one by one, then the end', async () => {
    const { queue } = queueOf(4)
    const first = queue.next()
    queue.arrived([Buffer.concat([...packOf([anItem]), ...packOf([anItem]), ...packOf([anItem])])])
    queue.ended({ ok: true, value: [] })
    expect(await first).toEqual({ item: anItem })
    expect(queue.take(bytesOf)).toEqual(anItem)
    expect(await queue.next()).toEqual({ item: anItem })
    expect(await queue.next()).toEqual({ ending: { ok: true, value: [] } })
  })

  it('ends with a ProtocolError where more items come than were asked for, after those that were', async () => {
    const { queue, told } = queueOf(2)
    const first = queue.next()
    const both = Buffer.concat([...packOf([anItem]), ...packOf([anItem])])
    queue.arrived([both])
    expect(await first).toEqual({ item: anItem })
    queue.arrived([both])
    expect(queue.take(bytesOf)).toEqual(anItem)
    const step = await queue.next()
    expect('ending' in step && !step.ending.ok && step.ending.fault.error).toBeInstanceOf(
      ProtocolError,
    )
    expect(told).toContain(frameType.return)
    expect((await queue.over).ok).toBe(false)
  })

  it('gives items or a ProtocolError, whatever the bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 24 }), async (bytes) => {
        const { queue } = queueOf(16)
        const first = queue.next()
        queue.arrived([bytes])
        const step = await first
        let taken = 0
        if ('item' in step) {
          taken += 4 + step.item.byteLength
          for (let item = queue.take(bytesOf); item; item = queue.take(bytesOf))
            taken += 4 + item.byteLength
        } else expect(!step.ending.ok && step.ending.fault.error).toBeInstanceOf(ProtocolError)
        expect(taken).toBe('item' in step ? sizeOf([bytes]) : 0)
      }),
      { numRuns: 1000 },
    )
  })
})
