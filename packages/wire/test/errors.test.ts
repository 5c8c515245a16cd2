import { RemoteError, registerError, TaskTimeoutError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { decodeError, encodeError } from '../src/index.js'
import { difference } from './fixtures/difference.js'
import { roundTrip } from './fixtures/frames.js'

class OutOfStockError extends Error {
  readonly sku: string
  constructor(sku: string, ..._mustNotBeCalledAgain: [unknown]) {
    super(`No ${sku} left`)
    this.sku = sku
  }
}
registerError(OutOfStockError, 'wire-test/OutOfStockError')

function travelled(error: unknown): unknown {
  return decodeError(Buffer.concat(encodeError(error).chunks))
}

describe('encodeError and decodeError', () => {
  it.each<[string, unknown]>([
    [
      'a TypeError with fields',
      Object.assign(new TypeError('m'), { code: 'E', at: new Date(0), n: -0 }),
    ],
    ['causes', new Error('a', { cause: new RangeError('b', { cause: new SyntaxError('c') }) })],
    ['an AggregateError', new AggregateError([new Error('a'), new OutOfStockError('tea', 0)], 'm')],
    ['a registered class', new OutOfStockError('tea', 0)],
    ['an error of conc', new TaskTimeoutError('late', { phase: 'running', task: 'a/b' })],
    ['text with lone surrogates', new Error('\ud800')],
    ['text that is thrown', 'just text'],
    ['undefined that is thrown', undefined],
    ['data that is thrown', { reason: [1, new Map([['a', -0]])] }],
    ['a typed array that is thrown', new Float64Array([1, -0])],
  ])('carry %s', (_label, error) => {
    expect(difference(travelled(error), error)).toBeUndefined()
  })

  it('carry the name and stack of a class that is not known there', () => {
    class StrangeError extends Error {
      override name = 'StrangeError'
    }
    const error = new StrangeError('m')
    const back = travelled(error) as RemoteError
    expect(back).toBeInstanceOf(RemoteError)
    expect(back).toMatchObject({ name: 'StrangeError', message: 'm', remoteStack: error.stack })
  })

  it('leave out what cannot travel, and say so', () => {
    const error = Object.assign(new Error('m'), { socket: () => 1, kept: 1 })
    const back = travelled(error) as Error & { kept: number }
    expect(back.kept).toBe(1)
    expect(back).not.toHaveProperty('socket')
    expect(back.stack).toMatch(/left out: socket$/)
  })

  it('add where it was thrown', () => {
    const { chunks } = encodeError(new Error('m'), { where: "task 'a/b', worker 3" })
    expect((decodeError(Buffer.concat(chunks)) as Error).stack).toMatch(
      / {4}at task 'a\/b', worker 3$/,
    )
  })

  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    [
      'an object that cannot be read',
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
    ],
    [
      'an error that contains itself',
      (() => {
        const e = new Error('m')
        return Object.assign(e, { cause: e, self: e })
      })(),
    ],
    ['very much text', 'x'.repeat(10_000_000)],
    ['an error with very much text', new Error('x'.repeat(10_000_000))],
    [
      'a hundred causes',
      new Array(100).fill(0).reduce((cause) => new Error('m', { cause }), undefined),
    ],
    ['a thousand errors', new AggregateError(new Array(1000).fill(0).map(() => new Error('m')))],
  ])('do not fail with %s', (_label, error) => {
    const { byteLength } = encodeError(error)
    expect(byteLength).toBeLessThan(2_000_000)
    expect(() => travelled(error)).not.toThrow()
  })

  it('give a SerializationError for bytes that are no error', () => {
    expect(decodeError(Uint8Array.from([0xc1]))).toMatchObject({ code: 'CONC_SERIALIZATION' })
    expect(decodeError('text' as unknown as Uint8Array)).toMatchObject({
      code: 'CONC_INVALID_OPTION',
    })
  })
})

describe('an error in a value', () => {
  it('travels as an error', () => {
    const value = { results: [{ reason: new OutOfStockError('tea', 0) }] }
    expect(difference(roundTrip(value), value)).toBeUndefined()
  })

  it('does not let a DOMException become anything else', () => {
    const back = roundTrip(new DOMException('stopped', 'AbortError'))
    expect(back).toBeInstanceOf(DOMException)
    expect(back).toMatchObject({ name: 'AbortError', message: 'stopped' })
  })
})
