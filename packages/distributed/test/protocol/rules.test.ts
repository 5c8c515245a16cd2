import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CallStage, maySubmitterSend, stageAfter } from '../../src/protocol/call-grammar.js'
import { CreditAccount, CreditWindow } from '../../src/protocol/credit.js'
import { decodeCredit, encodeCredit } from '../../src/protocol/credit-body.js'
import { decodeFailureMeta, encodeFailureMeta } from '../../src/protocol/failure-meta.js'
import { FaultCount } from '../../src/protocol/fault-count.js'
import { frameName, frameType, isIgnorable, isKnown } from '../../src/protocol/frame-types.js'
import { IdSource, isIdOf } from '../../src/protocol/ids.js'
import { decodeMeta, encodeMeta } from '../../src/protocol/meta.js'
import { decodeTaskMeta, encodeTaskMeta } from '../../src/protocol/task-meta.js'

const { accept, start, result, error, progress, yield: item, end, task } = frameType

describe('stageAfter', () => {
  const runs = (kind: 'call' | 'stream', types: readonly number[]): CallStage | undefined => {
    let stage: CallStage | undefined = 'sent'
    for (const type of types) stage = stage && stageAfter(stage, kind, type)
    return stage
  }

  it('follows a call to its one end', () => {
    expect(runs('call', [accept, start, progress, result])).toBe('settled')
    expect(runs('call', [result])).toBe('settled')
    expect(runs('call', [accept, error])).toBe('settled')
    expect(runs('stream', [item, item, end])).toBe('settled')
    expect(runs('stream', [item, error])).toBe('settled')
  })

  it('refuses what is out of place', () => {
    expect(runs('call', [result, result])).toBeUndefined()
    expect(runs('call', [start, start])).toBeUndefined()
    expect(runs('call', [start, accept])).toBeUndefined()
    expect(runs('call', [item])).toBeUndefined()
    expect(runs('stream', [result])).toBeUndefined()
    expect(runs('stream', [task])).toBeUndefined()
  })

  it('lets nothing follow an end', () => {
    const types = fc.array(fc.constantFrom(...Object.values(frameType)))
    fc.assert(
      fc.property(types, fc.constantFrom('call', 'stream'), (frames, kind) => {
        const at = frames.findIndex((type) => [result, end, error].includes(type as never))
        if (at >= 0 && at < frames.length - 1) expect(runs(kind as 'call', frames)).toBeUndefined()
      }),
    )
  })

  it('says what a submitter may send', () => {
    expect(maySubmitterSend('call', frameType.cancel)).toBe(true)
    expect(maySubmitterSend('call', frameType.next)).toBe(false)
    expect(maySubmitterSend('stream', frameType.next)).toBe(true)
    expect(maySubmitterSend('stream', frameType.send)).toBe(false)
    expect(maySubmitterSend('duplex', frameType.send)).toBe(true)
    expect(maySubmitterSend('duplex', result)).toBe(false)
  })
})

describe('ids', () => {
  const none = new Set<number>()

  it('are odd on the connecting side and even on the other', () => {
    const [odd, even] = [new IdSource('connecting'), new IdSource('listening')]
    expect([odd.take(none), odd.take(none)]).toEqual([1, 3])
    expect([even.take(none), even.take(none)]).toEqual([2, 4])
    expect([0, 1, 2].map((id) => isIdOf('connecting', id))).toEqual([false, true, false])
    expect([0, 1, 2].map((id) => isIdOf('listening', id))).toEqual([false, false, true])
  })

  it('pass over those in use', () => {
    const ids = new IdSource('connecting')
    expect(ids.take({ has: (id) => id < 7 })).toBe(7)
    expect(ids.take(none)).toBe(9)
  })
})

describe('credit', () => {
  it('keeps a producer at most a window ahead, and never stops it for good', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 100 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 8 }), (items, window) => {
        const account = new CreditAccount()
        const consumer = new CreditWindow({ items: window, bytes: 50 })
        const buffer: number[] = []
        const waiting = [...items]
        let taken = 0
        for (let step = 0; taken < items.length; step++) {
          if (step > 10 * items.length) throw new Error('nothing moves any more')
          const credit = consumer.due(buffer.length === 0)
          if (credit) account.grant(credit)
          while (account.mayYield && waiting.length > 0) {
            const size = waiting.shift() as number
            account.spend(size)
            expect(consumer.arrived(size)).toBe(true)
            buffer.push(size)
          }
          expect(buffer.length).toBeLessThanOrEqual(window)
          const size = buffer.shift()
          if (size === undefined) continue
          consumer.took(size)
          taken++
        }
      }),
    )
  })

  it('tells a producer that goes on without it', () => {
    const consumer = new CreditWindow({ items: 1, bytes: 10 })
    consumer.due(true)
    expect(consumer.arrived(1)).toBe(true)
    expect(consumer.arrived(1)).toBe(false)
  })

  it('travels as eight bytes', () => {
    const credit = { items: 16, bytes: 1_048_576 }
    expect(decodeCredit(encodeCredit(credit))).toEqual(credit)
    expect(decodeCredit(new Uint8Array(7))).toBeUndefined()
  })
})

describe('metas', () => {
  it('leave out what is undefined and are nothing when empty', () => {
    expect(encodeMeta({ position: undefined }).byteLength).toBe(0)
    expect(decodeMeta(new Uint8Array(0))).toEqual({})
    expect(decodeMeta(encodeMeta({ position: 3, text: 'x' }))).toEqual({ position: 3, text: 'x' })
  })

  it('cannot be changed by who reads them first', () => {
    const meta = decodeMeta(encodeMeta({ position: 3 })) as Record<string, unknown>
    expect(() => {
      meta.position = 4
    }).toThrow(TypeError)
  })

  it('of a task come back, and are refused with an entry of a wrong type', () => {
    const meta = {
      name: 'demo/add',
      version: '2',
      parent: 'p-1',
      depth: 3,
      remainingMs: 12.5,
      priority: -1,
      headers: { traceparent: '00-1-2-01' },
      vars: new Map([['user', Uint8Array.of(1)]]),
      idempotencyKey: 'k',
      attempt: 2,
      tags: ['gpu'],
      tagMatch: 'any' as const,
      progress: true as const,
    }
    expect(decodeTaskMeta(encodeTaskMeta(meta))).toEqual(meta)
    const wrong = [{ name: 1 }, { depth: -1 }, { attempt: 0 }, { tags: [1] }, { headers: { a: 1 } }]
    for (const entries of [
      ...wrong,
      { vars: new Map([['user', 1]]) },
      { remainingMs: Number.NaN },
    ]) {
      expect(decodeTaskMeta(encodeMeta({ ...meta, ...entries }))).toBeUndefined()
    }
    expect(decodeTaskMeta(encodeMeta({ version: '1' }))).toBeUndefined()
  })

  it('of a failure come back, and are refused with anything else', () => {
    const meta = { phase: 'body', started: true } as const
    expect(decodeFailureMeta(encodeFailureMeta(meta))).toEqual(meta)
    expect(decodeFailureMeta(encodeMeta({ phase: 'other', started: true }))).toBeUndefined()
    expect(decodeFailureMeta(Uint8Array.of(0xc1))).toBeUndefined()
  })
})

describe('frame types', () => {
  it('are known, to be ignored, or neither', () => {
    expect(isKnown(frameType.task)).toBe(true)
    expect([0x7f, 0x80, 0x10].map(isIgnorable)).toEqual([false, true, false])
    expect([frameName(0x10), frameName(0x7f)]).toEqual(['TASK', '0x7f'])
  })

  it('are counted where they are wrong', () => {
    const faults = new FaultCount(3)
    expect([faults.add(), faults.add(), faults.add()]).toEqual([false, false, true])
  })
})
