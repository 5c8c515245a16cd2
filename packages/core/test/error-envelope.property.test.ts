import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeError, type EncodedError, encodeError, RemoteError } from '../src/index.js'

const own = fc.stringMatching(/^[a-z]{1,6}$/).map((name) => `own_${name}`)
const builtin = fc.constantFrom(Error, TypeError, RangeError, SyntaxError, URIError, EvalError)

/** What JSON carries unchanged. */
const plain = fc
  .json({ maxDepth: 3 })
  .filter((text) => !text.includes('__proto__'))
  .map((text) => JSON.parse(text.replaceAll('-0', '0')) as unknown)

const error: fc.Arbitrary<Error> = fc.letrec<{ error: Error; maybe: unknown }>((tie) => ({
  maybe: fc.oneof({ depthSize: 'small' }, plain, tie('error')),
  error: fc
    .record({
      type: builtin,
      message: fc.string({ unit: 'binary' }),
      cause: fc.option(tie('maybe'), { nil: undefined }),
      errors: fc.option(fc.array(tie('maybe'), { maxLength: 3 }), { nil: undefined }),
      fields: fc.dictionary(own, plain, { maxKeys: 3 }),
    })
    .map(({ type: Type, message, cause, errors, fields }) => {
      const options = cause === undefined ? undefined : { cause }
      const made = errors
        ? new AggregateError(errors, message, options)
        : new Type(message, options)
      return Object.assign(made, fields)
    }),
})).error

describe('an encoded error', () => {
  it.each<[string, (encoded: EncodedError) => EncodedError]>([
    ['no way at all', (encoded) => encoded],
    ['a structured clone', (encoded) => structuredClone(encoded)],
    ['JSON', (encoded) => JSON.parse(JSON.stringify(encoded)) as EncodedError],
  ])('comes back the same after %s', (_way, travel) => {
    fc.assert(
      fc.property(error, (original) => {
        const back = decodeError(travel(encodeError(original))) as Error
        expect(back).toStrictEqual(original)
        expect(back.stack).toBe(original.stack)
        expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(original))
      }),
    )
  })

  it('comes back the same when it travels twice', () => {
    fc.assert(
      fc.property(error, (original) => {
        const once = decodeError(encodeError(original))
        expect(decodeError(encodeError(once))).toStrictEqual(original)
      }),
    )
  })
})

describe('encodeError', () => {
  it('makes plain data of whatever is thrown', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
    })
    fc.assert(
      fc.property(anything, fc.boolean(), (value, isField) => {
        const thrown = isField ? Object.assign(new Error('x'), { value }) : value
        const encoded = encodeError(thrown)
        expect(structuredClone(encoded)).toEqual(encoded)
      }),
    )
  })
})

describe('decodeError', () => {
  const keys = [
    'thrown',
    'kind',
    'type',
    'name',
    'message',
    'stack',
    'fields',
    'cause',
    'errors',
    'value',
  ]
  const hostile = fc.letrec<{ part: unknown }>((tie) => ({
    part: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom(
        'error',
        'value',
        'builtin',
        'registered',
        'dom',
        'Error',
        'TaskTimeoutError',
      ),
      fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'DOMException'),
      fc.anything(),
      fc.array(tie('part'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys, '__proto__', 'constructor', 'toString'), tie('part')),
    ),
  })).part
  const envelope = fc
    .tuple(fc.dictionary(fc.constantFrom(...keys), hostile), fc.boolean())
    .map(([parts, isError]) => (isError ? { ...parts, thrown: 'error' } : parts))

  it('survives whatever a peer may send and touches no prototype', () => {
    const before = prototypeKeys()
    fc.assert(
      fc.property(envelope, (encoded) => {
        const decoded = decodeError(encoded as unknown as EncodedError)
        if (encoded.thrown === 'error') expect(decoded).toBeInstanceOf(Error)
        expect(prototypeKeys()).toEqual(before)
      }),
      { numRuns: 1000 },
    )
  })
})

function prototypeKeys(): PropertyKey[][] {
  const all = [Object, Error, TypeError, AggregateError, RemoteError, DOMException, Array, Function]
  return all.map(({ prototype }) => Reflect.ownKeys(prototype))
}
