import type { MessagePort } from 'node:worker_threads'
import type { Call } from '@conc/core/internal'
import { afterEach, describe, expect, it } from 'vitest'
import { Link } from '../../src/between/link.js'
import { type FromConsumer, type FromProducer, fromProducer } from '../../src/between/messages.js'
import { memoryOfProducer, openStreamWay } from '../../src/between/stream-way.js'
import { Credit, Grants } from '../../src/streams/credit.js'
import { StreamReceiver } from '../../src/streams/stream-receiver.js'

describe('Credit', () => {
  function open() {
    const credit = new Credit()
    return { credit, grants: new Grants(credit.memory) }
  }

  it('is seen without a word by a producer that is awake', () => {
    const { credit, grants } = open()
    expect([grants.add(8), grants.add(3)]).toEqual([false, false])
    expect([credit.take(), credit.take()]).toEqual([11, 0])
  })

  it('is told once to a producer that sleeps', () => {
    const { credit, grants } = open()
    expect(credit.sleep()).toBe(true)
    expect([grants.add(8), grants.add(8)]).toEqual([true, false])
    expect(credit.take()).toBe(16)
  })

  it('lets nobody fall asleep over what was granted meanwhile', () => {
    const { credit, grants } = open()
    credit.take()
    grants.add(8)
    expect(credit.sleep()).toBe(false)
    expect(grants.add(8)).toBe(false)
    expect(credit.take()).toBe(16)
    expect(credit.sleep()).toBe(true)
  })
})

describe('StreamReceiver', () => {
  const opened: MessagePort[] = []
  afterEach(() => {
    for (const port of opened.splice(0)) port.close()
  })

  /** `send` gives it items, and resolves when it has taken them all. */
  function openReceiver() {
    const [near, way] = openStreamWay()
    opened.push(way.port)
    const receiver = new StreamReceiver<number>({ taskName: 't', executor: 'e' } as Call)
    receiver.attach(near)
    const deaf = { expectsMore: false, record: () => {}, message: () => {}, unreadable: () => {} }
    const far = new Link<FromConsumer, FromProducer>(way.port, memoryOfProducer(way), deaf)
    const credit = new Credit()
    far.post([fromProducer.credit, 0, credit.memory])
    const send = async (count: number, isHeavy?: true): Promise<void> => {
      const items = Array.from({ length: count }, (_, index) => index)
      if (!isHeavy && far.write(fromProducer.items, 0, items)) far.flush()
      else far.post([fromProducer.items, isHeavy ? 1 : 0, items])
      for (let taken = 0; taken < count; taken++) await receiver.next()
    }
    const granted = (): number => credit.take()
    return { receiver, send, granted }
  }

  it('grants by halves of the window, in whatever pieces the items come', async () => {
    const { send, granted } = openReceiver()
    for (const count of [3, 2, 2]) await send(count)
    expect(granted()).toBe(0)
    await send(1)
    expect(granted()).toBe(8)
    await send(16)
    expect(granted()).toBe(16)
  })

  it('grants what it took when it waits for a producer that may wait for bytes', async () => {
    const { receiver, send, granted } = openReceiver()
    await send(3, true)
    void receiver.next()
    expect(granted()).toBe(3)
  })

  it('grants the rest of heavy items, of which a half was granted', async () => {
    const { receiver, send, granted } = openReceiver()
    await send(10, true)
    expect(granted()).toBe(8)
    void receiver.next()
    expect(granted()).toBe(2)
  })
})
