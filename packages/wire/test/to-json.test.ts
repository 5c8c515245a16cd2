import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { registerValue, toJson } from '../src/index.js'
import { value } from './fixtures/arbitraries.js'
import { difference } from './fixtures/difference.js'

class Point {
  readonly x = 1
}
registerValue('json-test/Point', Point, { encode: ({ x }) => ({ x }), decode: () => new Point() })

describe('toJson', () => {
  it('gives JSON exactly where JSON loses nothing', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.jsonValue(), fc.object()), (original) => {
        const text = toJson(original)
        if (text === undefined) return
        expect(difference(JSON.parse(text), original)).toBeUndefined()
      }),
      { numRuns: 2000 },
    )
  })

  it('gives JSON for what JSON can say', () => {
    const json = fc
      .json()
      .filter((text) => !text.includes('__proto__'))
      .map((text) => text.replaceAll('-0', '0'))
    fc.assert(
      fc.property(json, (text) => {
        expect(toJson(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['undefined inside', { a: undefined }],
    ['a hole', new Array(1)],
    ['NaN', [Number.NaN]],
    ['-0', -0],
    ['a bigint', 1n],
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['bytes', Buffer.from('a')],
    ['an error', new Error('m')],
    ['an instance', new Point()],
    ['a function', { toJSON: () => 1 }],
    ['a key called __proto__', JSON.parse('{"__proto__":1}')],
    [
      'a cycle',
      (() => {
        const a: unknown[] = []
        a.push(a)
        return a
      })(),
    ],
    [
      'a getter that throws',
      {
        get a() {
          throw new Error('no')
        },
      },
    ],
  ])('gives nothing for %s', (_label, original) => {
    expect(toJson(original)).toBeUndefined()
  })
})

describe('toJson with tags', () => {
  it.each<[unknown, string | undefined]>([
    [{ a: [1, 'b', null, true] }, '{"a":[1,"b",null,true]}'],
    [undefined, undefined],
    [[undefined], '[{"$undefined":true}]'],
    [10n, '{"$bigint":"10"}'],
    [Number.NaN, '{"$number":"NaN"}'],
    [-0, '{"$number":"-0"}'],
    [Number.NEGATIVE_INFINITY, '{"$number":"-Infinity"}'],
    [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    [new Date(Number.NaN), '{"$date":null}'],
    [new Map([[{ a: 1 }, 2n]]), '{"$map":[[{"a":1},{"$bigint":"2"}]]}'],
    [new Set([1, [undefined]]), '{"$set":[1,[{"$undefined":true}]]}'],
    [Buffer.from('abc'), '{"$bytes":"YWJj"}'],
    [new Uint16Array([1]), '{"$bytes":"AQA="}'],
    [new Point(), '{"$value":["json-test/Point",{"x":1}]}'],
    [() => 1, undefined],
    [[new URL('http://localhost')], undefined],
  ])('shows %o as %s', (original, text) => {
    expect(toJson(original, { tagged: true })).toBe(text)
  })

  it('shows all that travels', () => {
    fc.assert(
      fc.property(value, (original) => {
        const text = toJson(original, { tagged: true })
        if (original === undefined) expect(text).toBeUndefined()
        else expect(JSON.parse(text as string)).not.toBeUndefined()
      }),
    )
  })
})
