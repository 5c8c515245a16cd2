import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Outbox } from '../../src/protocol/outbox.js'
import { Inbox, isLater, seqAfter } from '../../src/protocol/sequence.js'

describe('Inbox and Outbox', () => {
  it('deliver each message once and in order over sockets that break anywhere', () => {
    const step = fc.constantFrom('send', 'send', 'arrive', 'arrive', 'acknowledge', 'break')
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const outbox = new Outbox(1000)
        const inbox = new Inbox()
        const taken: number[] = []
        let wire: number[] = []
        let sent = 0
        const arrive = (seq: number): void => {
          const what = inbox.take(seq)
          expect(what).not.toBe('gap')
          if (what === 'new') taken.push(seq)
        }
        const reconnect = (): void => {
          wire = (outbox.after(inbox.seq) ?? []).map((bytes) => bytes[0] as number)
        }
        for (const what of steps) {
          if (what === 'send') {
            outbox.add(++sent, Uint8Array.of(sent))
            wire.push(sent)
          } else if (what === 'arrive') {
            const seq = wire.shift()
            if (seq !== undefined) arrive(seq)
          } else if (what === 'acknowledge') outbox.acknowledged(inbox.acknowledged())
          else reconnect()
        }
        reconnect()
        wire.forEach(arrive)
        expect(taken).toEqual(Array.from({ length: sent }, (_, index) => index + 1))
      }),
    )
  })

  it('forget what is acknowledged', () => {
    const outbox = new Outbox()
    for (let seq = 1; seq <= 300; seq++) outbox.add(seq, new Uint8Array(10))
    outbox.acknowledged(299)
    expect(outbox.byteLength).toBe(10)
    expect(outbox.after(299)).toHaveLength(1)
    outbox.acknowledged(300)
    expect(outbox.byteLength).toBe(0)
  })

  it('cannot go on behind what there was no room to keep', () => {
    const outbox = new Outbox(25)
    for (let seq = 1; seq <= 4; seq++) outbox.add(seq, new Uint8Array(10))
    expect(outbox.after(1)).toBeUndefined()
    expect(outbox.after(2)).toHaveLength(2)
    expect(outbox.byteLength).toBe(20)
  })

  it('know a message that came before, and one that is missing', () => {
    const inbox = new Inbox()
    expect([1, 2, 2, 1, 4].map((seq) => inbox.take(seq))).toEqual([
      'new',
      'new',
      'known',
      'known',
      'gap',
    ])
    expect(inbox.seq).toBe(2)
    expect(inbox.unacknowledged).toBe(2)
  })

  it('go on counting behind 32 bits', () => {
    expect(seqAfter(2 ** 32 - 1)).toBe(1)
    expect(isLater(1, 2 ** 32 - 1)).toBe(true)
    expect(isLater(2 ** 32 - 1, 1)).toBe(false)
  })
})
