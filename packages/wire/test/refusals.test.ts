import { SerializationError } from '@conc/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../src/index.js'
import { leaf } from './fixtures/arbitraries.js'
import { roundTrip, thrownBy } from './fixtures/frames.js'

class Socket {
  readonly fd = 3
}
class Names extends Array<string> {}
class Bytes extends Uint8Array {}
class Lookup extends Map<string, string> {}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

const unfit: [what: string, make: () => unknown][] = [
  ['a function', () => () => 1],
  ['a function', () => class {}],
  ['a symbol', () => Symbol('s')],
  ['a Promise', () => Promise.resolve(1)],
  ['a RegExp', () => /a/],
  ['a URL', () => new URL('http://localhost')],
  ['a Blob', () => new Blob([])],
  ['a Number', () => Object(1)],
  ['a String', () => Object('a')],
  ['a Boolean', () => Object(false)],
  ['a BigInt', () => Object(1n)],
  ['a Symbol', () => Object(Symbol('s'))],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(8)],
  ['a view on a SharedArrayBuffer', () => new Uint8Array(new SharedArrayBuffer(8))],
  ['a detached ArrayBuffer', detached],
  [
    'a detached ArrayBuffer',
    () => {
      const view = new Uint8Array(8)
      structuredClone(view, { transfer: [view.buffer] })
      return view
    },
  ],
  ['a WeakMap', () => new WeakMap()],
  ['a WeakSet', () => new WeakSet()],
  ['a WeakRef', () => new WeakRef({})],
  ['a Socket', () => new Socket()],
  ['a Names', () => new Names()],
  ['a Bytes', () => new Bytes(4)],
  ['a Lookup', () => new Lookup()],
  ['a Map', () => Object.create(Map.prototype)],
  ['a Date', () => Object.create(Date.prototype)],
  ['an Object', () => Object.create({ inherited: 1 })],
  ['an AbortSignal', () => new AbortController().signal],
]

describe('encode', () => {
  it.each(unfit)('refuses %s with the path to it', (what, make) => {
    const error = thrownBy(() => encode([{ socket: make() }], { root: 'args' }))
    expect(error).toMatchObject({
      name: 'SerializationError',
      code: 'CONC_SERIALIZATION',
      path: 'args[0].socket',
      message: `args[0].socket is ${what}, which cannot travel as bytes.`,
    })
  })

  it.each<[string, unknown]>([
    ['value', Symbol('s')],
    ['value[1]', [1, Symbol('s')]],
    ['value["a b"]', { 'a b': Symbol('s') }],
    ['value.get("k")', new Map([['k', Symbol('s')]])],
    ['value.get(7).a', new Map([[7, { a: Symbol('s') }]])],
    ['value.keys()', new Map([[Symbol('s'), 1]])],
    ['value.values()[0]', new Set([[Symbol('s')]])],
  ])('names the path %s', (path, value) => {
    expect(thrownBy(() => encode(value))).toMatchObject({ path })
  })

  it('refuses a cycle and says where it closes', () => {
    const parent: { children: unknown[] } = { children: [] }
    parent.children.push({ parent })
    expect(thrownBy(() => encode([parent], { root: 'args' }))).toMatchObject({
      path: 'args[0].children[0].parent',
      message: expect.stringContaining('a cycle back to args[0],'),
    })
  })

  it('refuses an own property called __proto__', () => {
    const value = JSON.parse('{"a":{"__proto__":{"polluted":true}}}') as unknown
    expect(thrownBy(() => encode(value))).toMatchObject({ path: 'value.a.__proto__' })
  })

  it('refuses values more than 256 deep', () => {
    let value: unknown = 'bottom'
    for (let depth = 0; depth < 257; depth++) value = depth % 3 ? [value] : new Map([['m', value]])
    const error = thrownBy(() => encode(value))
    expect(error).toMatchObject({ code: 'CONC_SERIALIZATION' })
    expect(String(error)).toContain('more than 256 values deep')
  })

  it('refuses a value of a hundred thousand levels', () => {
    let value: unknown = 1
    for (let depth = 0; depth < 100_000; depth++) value = [value]
    expect(thrownBy(() => encode(value))).toMatchObject({ code: 'CONC_SERIALIZATION' })
  })

  it('gives a SerializationError where the stack ends', () => {
    let value: unknown = new Map([[1, [2]]])
    for (let depth = 0; depth < 200; depth += 2) value = { list: [value] }
    const outcomes: unknown[] = []
    const dive = (): void => {
      try {
        dive()
      } catch {}
      try {
        encode(value)
      } catch (error) {
        outcomes.push(error)
      }
    }
    dive()
    expect(outcomes.some((error) => error instanceof SerializationError)).toBe(true)
    expect(roundTrip(value)).toStrictEqual(value)
  })

  it('names a getter that throws', () => {
    const broken = {
      get state() {
        throw new Error('not open')
      },
    }
    expect(thrownBy(() => encode([broken]))).toMatchObject({
      path: 'value[0].state',
      message: 'value[0].state cannot be read: not open.',
      cause: expect.objectContaining({ message: 'not open' }),
    })
  })

  it.each<[string, () => unknown, string]>([
    [
      'an object that loses a property',
      () => {
        const value: Record<string, unknown> = {
          get first() {
            return delete value.last
          },
          last: 1,
        }
        return [value]
      },
      'value[0]',
    ],
    [
      'a map that is emptied',
      () => {
        const map = new Map<unknown, unknown>()
        const key = {
          get name() {
            map.clear()
            return 'a'
          },
        }
        return { map: map.set(key, 1).set('b', 2) }
      },
      'value.map',
    ],
    [
      'a set that grows',
      () => {
        const set = new Set<unknown>()
        return set.add({
          get size() {
            return set.add(1).size
          },
        })
      },
      'value',
    ],
    [
      'a set that lies about its size',
      () => Object.defineProperty(new Set([1, 2]), 'size', { value: 1 }),
      'value',
    ],
  ])('refuses %s while it is written', (_label, make, path) => {
    expect(thrownBy(() => encode(make()))).toMatchObject({
      code: 'CONC_SERIALIZATION',
      message: `${path} changed while it was written.`,
      path,
    })
  })

  it('looks at each property once', () => {
    let looks = 0
    const value = {
      get text() {
        return 'x'.repeat(++looks)
      },
    }
    expect(roundTrip(value)).toStrictEqual({ text: 'x' })
  })

  it('is whole again after it was refused half way', () => {
    expect(thrownBy(() => encode(['x'.repeat(20_000), Symbol('s')]))).toMatchObject({
      path: 'value[1]',
    })
    expect(roundTrip(['a', 1])).toStrictEqual(['a', 1])
  })

  it('finds an unfit value at any place', () => {
    const key = fc.stringMatching(/^[a-z]{1,4}$/)
    const step = fc.oneof(
      fc.nat(3).map((index) => ({ index })),
      key.map((name) => ({ name })),
      key.map((entry) => ({ entry })),
    )
    const around = fc.array(fc.tuple(step, fc.array(leaf, { maxLength: 3 })), { maxLength: 8 })
    fc.assert(
      fc.property(around, fc.constantFrom(...unfit), (steps, [what, make]) => {
        let value = make()
        let path = ''
        for (const [at, others] of steps) {
          if ('index' in at) {
            const before = Array.from({ length: at.index }, (_, index) => others[index])
            value = [...before, value, ...others]
            path = `[${at.index}]${path}`
          } else if ('name' in at) {
            value = { ...others, [at.name]: value }
            path = `.${at.name}${path}`
          } else {
            value = new Map([[at.entry, value]])
            path = `.get("${at.entry}")${path}`
          }
        }
        expect(thrownBy(() => encode(value, { root: 'args' }))).toMatchObject({
          path: `args${path}`,
          message: expect.stringContaining(` is ${what}, `),
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('maxBytes', () => {
  it.each<[string, unknown, string]>([
    ['large binary', { a: [1, Buffer.alloc(70_000)] }, 'value.a[1]'],
    ['large text', { text: 'x'.repeat(70_000) }, 'value.text'],
    ['many items', { list: new Array(2000).fill(1) }, 'value.list'],
    ['many small strings', [['abc', 'x'.repeat(1001)]], 'value[0]'],
    ['a large set', [new Set(new Array(2000).keys())], 'value[0]'],
  ])('refuses %s and says which', (_label, value, path) => {
    expect(thrownBy(() => encode(value, { maxBytes: 1000 }))).toMatchObject({
      code: 'CONC_PAYLOAD_TOO_LARGE',
      limit: 1000,
      path,
      size: expect.toSatisfy((size: number) => size > 1000),
    })
  })

  it.each([
    ['texts', 'x'.repeat(60_000)],
    ['bytes', Buffer.alloc(60_000)],
  ])('ends the writing of %s soon after it is reached', (_what, item) => {
    let read = 0
    const value = Object.defineProperties(
      {},
      Object.fromEntries(
        Array.from({ length: 1000 }, (_, index) => [
          `item${index}`,
          {
            enumerable: true,
            get: () => {
              read++
              return item
            },
          },
        ]),
      ),
    )
    expect(thrownBy(() => encode(value, { maxBytes: 1_000_000 }))).toMatchObject({
      code: 'CONC_PAYLOAD_TOO_LARGE',
      limit: 1_000_000,
    })
    expect(read).toBeLessThan(100)
  })

  it('ends the walk through a value that contains itself exponentially often', () => {
    let value: unknown = 'x'
    for (let doubling = 0; doubling < 200; doubling++) value = [value, value]
    expect(thrownBy(() => encode(value, { maxBytes: 1_000_000 }))).toMatchObject({
      code: 'CONC_PAYLOAD_TOO_LARGE',
    })
  })
})
