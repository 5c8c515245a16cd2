import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineReader } from '../../src/control/wire/line-reader.js'

describe('LineReader', () => {
  it('finds the same lines however the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((one) => !/[\r\n]/.test(one))
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(20)), (lines, cuts) => {
        const reader = new LineReader(10_000)
        let rest = Buffer.from(lines.map((one) => `${one}\r\n`).join(''))
        const read: string[] = []
        for (const cut of [...cuts, rest.length]) {
          read.push(...reader.push(rest.subarray(0, cut)))
          rest = rest.subarray(cut)
        }
        read.push(...reader.push(rest))
        expect(read).toEqual(lines)
        expect(reader.rest()).toBeUndefined()
      }),
    )
  })

  it('refuses a line that is too long, after those before it', () => {
    const reader = new LineReader(4)
    const read: string[] = []
    const push = (text: string) => {
      for (const line of reader.push(Buffer.from(text))) read.push(line)
    }
    push('abcd\nef')
    expect(() => push('ghi')).toThrow('longer than 4 bytes')
    expect(read).toEqual(['abcd'])
  })
})
