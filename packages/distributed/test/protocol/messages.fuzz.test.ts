import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LinkParser } from '../../src/protocol/link-parser.js'
import { isBad, parseMessage } from '../../src/protocol/message.js'
import { MessageWriter } from '../../src/protocol/message-writer.js'
import { decodeMeta } from '../../src/protocol/meta.js'
import { decodeTaskMeta, encodeTaskMeta } from '../../src/protocol/task-meta.js'

const seed = 20_241
const mutations = 60_000

function aMessage(): Buffer {
  const chunks: Uint8Array[] = []
  const writer = new MessageWriter((message) => chunks.push(...message.chunks))
  const meta = encodeTaskMeta({ name: 'demo/add', remainingMs: 500, tags: ['gpu'], depth: 2 })
  writer.add(0x10, 1, meta, [Buffer.from([1, 2, 3])])
  writer.add(0x13, 3, undefined, [Buffer.from([4])])
  writer.add(0x15, 5)
  writer.flush()
  return Buffer.concat(chunks)
}

/** A small generator with a seed: a run can be repeated, and costs nothing. */
function* numbers(from: number): Generator<number, never> {
  let state = from
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state >>> 8
  }
}

// Thousands of messages: half a minute on a busy machine would still be no failure.
describe('broken messages', { timeout: 120_000 }, () => {
  it('are read as frames within the message or refused, never more', () => {
    const good = aMessage()
    const random = numbers(seed)
    const next = (below: number): number => random.next().value % below
    for (let round = 0; round < mutations; round++) {
      const bytes = Buffer.from(good)
      for (let change = 0; change <= next(3); change++) bytes[next(bytes.byteLength)] = next(256)
      const cut = bytes.subarray(0, next(10) === 0 ? next(bytes.byteLength) : undefined)
      const result = parseMessage(cut)
      if (isBad(result)) continue
      const size = result.frames.reduce(
        (sum, { meta, body }) => sum + 16 + meta.length + body.length,
        12,
      )
      if (size !== cut.byteLength) throw new Error(`round ${round}: ${size} of ${cut.byteLength}`)
      for (const { meta } of result.frames) decodeTaskMeta(meta)
    }
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('of random bytes end a link with a problem and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 64 })), (chunks) => {
        const parser = new LinkParser(1024, () => {})
        let problem: string | undefined
        for (const chunk of chunks) {
          const said = parser.push(Buffer.from(chunk))
          if (problem !== undefined) expect(said).toBe(problem)
          problem = said
        }
      }),
    )
  })

  it('have metas that are a map or nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const meta = decodeMeta(bytes)
        if (meta !== undefined) expect(typeof meta).toBe('object')
      }),
      { numRuns: 2000 },
    )
  })

  it('announce nothing that is allocated before it may be', () => {
    const header = Buffer.alloc(4)
    header.writeUInt32LE(0xffff_ffff, 0)
    const parser = new LinkParser(1024, () => {})
    expect(parser.push(header)).toContain('4294967295 bytes')
    expect(parser.push(aMessage())).toContain('4294967295 bytes')
  })
})
