import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLiteral } from '../../src/control/literal/parse-literal.js'

describe('parseLiteral', () => {
  it.each([
    ['[1, -2.5, 1e3]', [1, -2.5, 1000]],
    [`['a b', "c", 'it\\'s', "\\u00e9\\x41\\n"]`, ['a b', 'c', "it's", 'éA\n']],
    ['(1, 2)', [1, 2]],
    ['((1,), (), (1))', [[1], [], 1]],
    ['[1, 2,]', [1, 2]],
    [`{'a': (1, 2), "b": None,}`, { a: [1, 2], b: null }],
    ['[True, False, None, true, false, null]', [true, false, null, true, false, null]],
    [' [ ] ', []],
    ['-0', -0],
    ['{"constructor": 1}', { constructor: 1 }],
  ])('reads %s', (text, value) => {
    expect(parseLiteral(text)).toEqual(value)
  })

  it.each([
    ['', 'expected a literal, got the end at column 1'],
    ['[1', "expected ',' or ']', got the end"],
    ['[1 2]', "expected ',' or ']', got '2'"],
    ['[,]', "expected a literal, got ','"],
    ['1 + 2', "unexpected '+'"],
    ['print(1)', "expected a literal, got 'p'"],
    ['[undefined]', "expected a literal, got 'u'"],
    ['toString', "expected a literal, got 't'"],
    ["'abc", 'a string without its closing quote'],
    ["'\\q'", 'unknown escape \\q'],
    ["'\\u12'", 'malformed escape'],
    ['01', 'malformed number'],
    ['1_000', 'malformed number'],
    ['-', 'expected a number'],
    ['1e999', 'the number is too large'],
    ['9007199254740993', 'too large to be exact'],
    ['{1: 2}', "expected a quoted key, got '1'"],
    ['{"a" 1}', "expected ':', got '1'"],
    ['{"__proto__": {"x": 1}}', "the key '__proto__' is not allowed"],
    ['['.repeat(65) + ']'.repeat(65), 'nested deeper than 64'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseLiteral(text)).toThrow(reason)
  })

  it('nests 64 deep', () => {
    expect(() => parseLiteral('['.repeat(64) + ']'.repeat(64))).not.toThrow()
  })

  it('reads everything that JSON writes', () => {
    const value = fc.jsonValue({ depthSize: 'medium' })
    fc.assert(
      fc.property(value, (one) => {
        const text = JSON.stringify(one)
        fc.pre(!text.includes('__proto__'))
        fc.pre(!/\d{16}/.test(text))
        expect(parseLiteral(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('gives a value or a LiteralError, whatever it is given', () => {
    const text = fc.string({ unit: fc.constantFrom(...`[](){}'",:\\ 0123.eE-+TrueNonu`) })
    fc.assert(
      fc.property(text, (one) => {
        try {
          parseLiteral(one)
        } catch (error) {
          expect(error).toMatchObject({ name: 'LiteralError' })
        }
      }),
    )
  })
})
