import { MessageChannel } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Link, type LinkMessage } from '../../src/between/link.js'
import { ringMemory } from '../../src/between/ring.js'

type Numbered = readonly [kind: number, number: number, ...rest: unknown[]]

/** Two ends on this thread; `arrived` is what the second one was told. */
function openLink(
  expectsMore = true,
  size?: number,
): {
  near: Link<Numbered, Numbered>
  far: Link<Numbered, Numbered>
  arrived: number[]
  close(): void
} {
  const { port1, port2 } = new MessageChannel()
  const [there, back] = [ringMemory(size), ringMemory(size)]
  const arrived: number[] = []
  const deaf = { expectsMore, record: () => {}, message: () => {}, unreadable: () => {} }
  const near = new Link<Numbered, Numbered>(port1, { in: back, out: there }, deaf)
  const far = new Link<Numbered, Numbered>(
    port2,
    { in: there, out: back },
    {
      expectsMore,
      record: ({ a }) => void arrived.push(a),
      message: (message: LinkMessage) => void arrived.push(message[1] as number),
      unreadable: () => void arrived.push(-1),
    },
  )
  far.listen()
  return { near, far, arrived, close: () => port1.close() }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('Link', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('write' as const, 'post' as const) },
    { weight: 2, arbitrary: fc.constant('long' as const) },
    { weight: 2, arbitrary: fc.constantFrom('drain' as const, 'turn' as const) },
    { weight: 1, arbitrary: fc.constant('unsendable' as const) },
  )

  it('brings records and messages in the order in which they were sent, each once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 300 }),
        fc.boolean(),
        fc.constantFrom(512, 1024, undefined),
        async (steps, expectsMore, size) => {
          const { near, far, arrived, close } = openLink(expectsMore, size)
          let sent = 0
          const send = (values: readonly unknown[]): void => {
            if (near.write(++sent, 0, values)) near.flush()
            else near.post([0, sent, values])
          }
          for (const one of steps) {
            if (one === 'write') send([sent, 'text'])
            else if (one === 'long') send([sent, 'x'.repeat(250), 'y'.repeat(250)])
            else if (one === 'post') near.post([0, ++sent, { is: 'an object' }])
            else if (one === 'unsendable') expect(() => near.post([0, -1, () => {}])).toThrow()
            else if (one === 'drain') far.drain()
            else await turn()
          }
          for (let turns = 0; arrived.length < sent && turns < 1000; turns++) await turn()
          expect(arrived).toEqual(Array.from({ length: sent }, (_, index) => index + 1))
          close()
        },
      ),
    )
  })

  it('posts what finds no room on the ring, and goes on with the ring afterwards', async () => {
    const { near, far, arrived, close } = openLink()
    let [sent, posted] = [0, 0]
    while (posted < 3) {
      if (near.write(++sent, 0, ['x'.repeat(200)])) continue
      near.post([0, sent])
      posted++
    }
    far.drain()
    expect(near.write(++sent, 0, [1])).toBe(true)
    far.drain()
    expect(arrived).toEqual(Array.from({ length: sent }, (_, index) => index + 1))
    close()
  })

  it('goes on after whoever is told has thrown', async () => {
    const { port1, port2 } = new MessageChannel()
    const [there, back] = [ringMemory(), ringMemory()]
    const arrived: number[] = []
    const sink = {
      expectsMore: true,
      record: ({ a }: { a: number }) => {
        arrived.push(a)
        if (a === 1) throw new Error('thrown by the sink')
      },
      message: () => {},
      unreadable: () => {},
    }
    const near = new Link(port1, { in: back, out: there }, { ...sink, record: () => {} })
    const far = new Link(port2, { in: there, out: back }, sink)
    const thrown = new Promise<unknown>((resolve) => {
      const listeners = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.once('uncaughtException', (error) => {
        for (const listener of listeners) process.on('uncaughtException', listener)
        resolve(error)
      })
    })
    far.listen()
    near.write(1, 0, [])
    near.write(2, 0, [])
    near.flush()
    expect(await thrown).toMatchObject({ message: 'thrown by the sink' })
    for (let turns = 0; arrived.length < 2 && turns < 100; turns++) await turn()
    near.write(3, 0, [])
    near.flush()
    for (let turns = 0; arrived.length < 3 && turns < 100; turns++) await turn()
    expect(arrived).toEqual([1, 2, 3])
    port1.close()
  })
})
