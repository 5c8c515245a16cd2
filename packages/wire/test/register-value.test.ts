import { describe, expect, it } from 'vitest'
import { decode, registerValue } from '../src/index.js'
import { bytesOf, roundTrip, thrownBy } from './fixtures/frames.js'

class Money {
  readonly amount: bigint
  readonly currency: string

  constructor(amount: bigint, currency: string) {
    this.amount = amount
    this.currency = currency
  }
}

const money = {
  encode: ({ amount, currency }: Money): unknown => [amount, currency],
  decode: (data: unknown): Money => {
    if (!Array.isArray(data)) throw new TypeError('no money')
    return new Money(...(data as [bigint, string]))
  },
}
registerValue('test/Money', Money, money)

describe('registerValue', () => {
  it('lets instances travel, inside of others as well', () => {
    const value = new Map([['price', [new Money(3n, 'EUR'), { old: new Money(-1n, '\ud800') }]]])
    expect(roundTrip(value)).toStrictEqual(value)
  })

  it('lets instances contain each other', () => {
    class Pair {
      readonly both: readonly unknown[]
      constructor(...both: readonly unknown[]) {
        this.both = both
      }
    }
    registerValue('test/Pair', Pair, {
      encode: ({ both }) => both,
      decode: (data) => new Pair(...(data as unknown[])),
    })
    const value = new Pair(new Pair(1, new Money(1n, 'a')), new Uint8Array(70_000))
    expect(roundTrip(value)).toStrictEqual(value)
  })

  it('comes before the rule for errors', () => {
    class Refused extends Error {
      readonly reason = 1
    }
    registerValue('test/Refused', Refused, { encode: () => 1, decode: () => new Refused('again') })
    expect(roundTrip([new Refused('x')])).toStrictEqual([new Refused('again')])
  })

  it('does not mean subclasses', () => {
    class Coins extends Money {}
    expect(thrownBy(() => bytesOf([new Coins(1n, 'EUR')]))).toMatchObject({ path: 'value[0]' })
  })

  it('says where a codec failed', () => {
    class Closed {}
    registerValue('test/Closed', Closed, {
      encode: () => {
        throw new Error('is closed')
      },
      decode: () => new Closed(),
    })
    expect(thrownBy(() => bytesOf({ a: new Closed() }))).toMatchObject({
      code: 'CONC_SERIALIZATION',
      path: 'value.a',
      message: "value.a cannot be encoded by the codec of 'test/Closed': is closed.",
    })
    const frame = [0x81, 0xa1, 0x61, 0xd4, 5, 0, ...bytesOf(['test/Money', 1])]
    expect(thrownBy(() => decode(Uint8Array.from(frame)))).toMatchObject({
      path: 'value.a',
      message: "value.a cannot be decoded by the codec of 'test/Money': no money.",
    })
  })

  it('finds what a codec gives that cannot travel', () => {
    class Odd {}
    registerValue('test/Odd', Odd, { encode: () => ({ fn: () => 1 }), decode: () => new Odd() })
    expect(thrownBy(() => bytesOf([new Odd()]))).toMatchObject({ path: 'value[0].fn' })
  })

  it('stops a codec that never comes to an end', () => {
    class Endless {}
    registerValue('test/Endless', Endless, {
      encode: () => new Endless(),
      decode: () => new Endless(),
    })
    expect(thrownBy(() => bytesOf(new Endless()))).toMatchObject({ code: 'CONC_SERIALIZATION' })
  })

  it('takes the same class again, and its newer version', () => {
    registerValue('test/Money', Money, money)
    const version = (): (new () => object) => class Versioned {}
    registerValue('test/Versioned', version(), { encode: () => 1, decode: () => ({}) })
    const Newer = version()
    registerValue('test/Versioned', Newer, { encode: () => 1, decode: () => new Newer() })
    expect(roundTrip(new Newer())).toBeInstanceOf(Newer)
  })

  it.each<[string, unknown, unknown, unknown]>([
    ['name', '', Money, money],
    ['name', 'test/Money', class Other {}, money],
    ['type', 'test/T', null, money],
    ['type', 'test/T', () => 1, money],
    ['type', 'test/T', Map, money],
    ['type', 'test/T', Object, money],
    ['codec', 'test/T', Money, null],
    ['codec.decode', 'test/T', Money, { encode: money.encode }],
  ])('refuses a wrong %s', (option, name, type, codec) => {
    const register = registerValue as (...args: unknown[]) => void
    expect(() => register(name, type, codec)).toThrow(expect.objectContaining({ option }))
  })
})
