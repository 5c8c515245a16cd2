import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Call } from '@conc/core/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { type FromProducer, fromProducer } from '../../src/between/messages.js'
import { StreamReceiver } from '../../src/streams/stream-receiver.js'

describe('StreamReceiver', () => {
  const opened: MessagePort[] = []
  afterEach(() => {
    for (const port of opened.splice(0)) port.close()
  })

  /** `send` gives it items, and resolves when it has taken them all. */
  function openReceiver() {
    const { port1: far, port2 } = new MessageChannel()
    opened.push(far)
    const receiver = new StreamReceiver<number>({ taskName: 't', executor: 'e' } as Call)
    receiver.attach(port2)
    const send = async (count: number, isHeavy?: true): Promise<void> => {
      const items = Array.from({ length: count }, (_, index) => index)
      const message: FromProducer = isHeavy
        ? [fromProducer.items, items, isHeavy]
        : [fromProducer.items, items]
      far.postMessage(message)
      for (let taken = 0; taken < count; taken++) await receiver.next()
    }
    const grants = (): unknown[] => {
      const seen: unknown[] = []
      for (let next = receiveMessageOnPort(far); next; next = receiveMessageOnPort(far)) {
        seen.push(next.message)
      }
      return seen
    }
    return { receiver, send, grants }
  }

  it('grants by halves of the window, in whatever pieces the items come', async () => {
    const { send, grants } = openReceiver()
    for (const count of [3, 2, 2]) await send(count)
    expect(grants()).toEqual([])
    await send(1)
    expect(grants()).toEqual([8])
    await send(16)
    expect(grants()).toEqual([8, 8])
  })

  it('grants what it took when it waits for a producer that may wait for bytes', async () => {
    const { receiver, send, grants } = openReceiver()
    await send(3, true)
    void receiver.next()
    expect(grants()).toEqual([3])
  })

  it('grants the rest of heavy items, of which a half was granted', async () => {
    const { receiver, send, grants } = openReceiver()
    await send(10, true)
    expect(grants()).toEqual([8])
    void receiver.next()
    expect(grants()).toEqual([2])
  })
})
