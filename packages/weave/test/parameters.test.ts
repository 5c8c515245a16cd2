// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates stand in the source text that is read
import { describe, expect, it } from 'vitest'
import { type Parameters, parametersOf } from '../src/parameters/index.js'

type AnyFunction = (...args: never[]) => unknown

/** Made from text, so that no transform of the test runner touches the source. */
function made(expression: string): AnyFunction {
  return new Function(`return (${expression})`)() as AnyFunction
}

function onlyMember(object: string): AnyFunction {
  const holder = made(object) as unknown as Record<PropertyKey, AnyFunction>
  return holder[Reflect.ownKeys(holder)[0] as string] as AnyFunction
}

/** The keys as `a, b?`; for an opaque parameter the reason. */
function brief(parameters: Parameters): string {
  if (parameters.kind === 'opaque') return parameters.reason
  return parameters.keys.map(({ name, hasDefault }) => name + (hasDefault ? '?' : '')).join(', ')
}

const read = (expression: string, index = 0): string => brief(parametersOf(made(expression), index))

describe('parametersOf', () => {
  describe('finds the parameter in every shape of function', () => {
    it.each([
      '({ a, b }) => a',
      '( { a , b } ) => { return a }',
      'async ({ a, b }) => a',
      'async/**/( /* ( */ { a, b } ) => a',
      'function ({ a, b }) {}',
      'function named({ a, b }) {}',
      'function* ({ a, b }) {}',
      'async function ({ a, b }) {}',
      'async function * named ( { a, b } ) {}',
      'function async({ a, b }) {}',
      'function /* ( */ named /* { */ ({ a, b }) {}',
      'function // (\n({ a, b }) {}',
      'function get({ a, b }) {}',
    ])('%s', (expression) => {
      expect(read(expression)).toBe('a, b')
    })

    it.each([
      '{ method({ a, b }) {} }',
      '{ async method({ a, b }) {} }',
      '{ *method({ a, b }) {} }',
      '{ async * method ({ a, b }) {} }',
      '{ get({ a, b }) {} }',
      '{ set({ a, b }) {} }',
      '{ static({ a, b }) {} }',
      '{ async({ a, b }) {} }',
      '{ function({ a, b }) {} }',
      '{ class({ a, b }) {} }',
      '{ "a (string\\" name"({ a, b }) {} }',
      '{ 12.5({ a, b }) {} }',
      '{ [`computed ${(() => ")" + "(")()} ]`]({ a, b }) {} }',
      '{ async *[Symbol.iterator]({ a, b }) {} }',
      '{ [[1, 2].map((x) => /[\\]})]/.test(x) / 2)[0]]({ a, b }) {} }',
      '{ m: class { static method({ a, b }) {} }.method }',
      '{ m: class { static async *"x y"({ a, b }) {} }["x y"] }',
      '{ m: new (class { #p({ a, b }) {} get p() { return this.#p } })().p }',
      '{ m: Object.getOwnPropertyDescriptor(class { static set x({ a, b }) {} }, "x").set }',
      '{ m: Object.getOwnPropertyDescriptor({ set ["x"]({ a, b }) {} }, "x").set }',
      '{ m: new (class { field = async ({ a, b }) => a })().field }',
    ])('%s', (object) => {
      expect(brief(parametersOf(onlyMember(object), 0))).toBe('a, b')
    })

    it.each([
      '(item, { a, b }) => a',
      'function (item, { a, b }) {}',
      '({ x, y = (1, [2, 3]) }, { a, b }) => a',
      '(item = [",", (1, 2), { x: 1, y: 2 }, `,${(1, 2)},`], { a, b }, ctx) => a',
      '([x, y], { a, b }) => a',
      '(item /* , */, /* , */ { a, b }) => a',
      '(item = (x, y) => x, { a, b } = {}) => a',
      '(item = function (x, y) { return 1, 2 }, { a, b }) => a',
    ])('as the second one: %s', (expression) => {
      expect(read(expression, 1)).toBe('a, b')
    })
  })

  describe('reads the keys of a pattern', () => {
    it.each([
      ['({}) => 1', ''],
      ['({}, ctx) => 1', ''],
      ['() => 1', ''],
      ['async () => 1', ''],
      ['function () {}', ''],
      ['({ a, }) => a', 'a'],
      ['({ a } = {}) => a', 'a'],
      ['({ a } = { a: 1, b: 2 }) => a', 'a'],
      ['({ a = 1, b = a }) => a', 'a?, b?'],
      ['({ a: renamed, b: other = 1 }) => 1', 'a, b?'],
      ['({ a: { deep, deeper: { deepest } }, b }) => 1', 'a, b'],
      ['({ a: { deep = 1 }, b: { c } = {} }) => 1', 'a, b?'],
      ['({ a: [x, , { y }, ...rest], b: [z] = [] }) => 1', 'a, b?'],
      ['({ a: { ...rest }, b: { [1 + 1]: c } }) => 1', 'a, b'],
      ['({ a, a: again }) => 1', 'a'],
      ['({ a = 1, a: again }) => 1', 'a'],
      ['({ a = 1, a: again = 2 }) => 1', 'a?'],
      ['({ $, _, $a1, _b2 }) => 1', '$, _, $a1, _b2'],
      ['({ größe, 名前, 𝒳 }) => 1', 'größe, 名前, 𝒳'],
      [
        '({ __proto__: p, constructor, async, get, of }) => 1',
        '__proto__, constructor, async, get, of',
      ],
      ['({ function: f, class: c, if: i, default: d }) => 1', 'function, class, if, default'],
      ['({ "a": x, \'b\': y, "with space": z, "": e }) => 1', 'a, b, with space, '],
      ['({ "}": x, ":": y, "\\"": z }) => 1', '}, :, "'],
      ['({ 1: a, 1.50: b, 0x10: c, 1e3: d, 1_000: e, .5: f }) => 1', '1, 1.5, 16, 1000, 0.5'],
      ['({ 0b11: a, 0o17: b, 010: c, 089: d, 12n: e, 1e21: f }) => 1', '3, 15, 8, 89, 12, 1e+21'],
      ['({ \\u0061, \\u{62}c, d\\u0065 }) => 1', 'a, bc, de'],
      ['({ "\\u0061\\u{62}\\x63\\n\\q\\0\\\n!": x }) => 1', 'abc\nq\0!'],
      ['({ "\\101\\12": x }) => 1', 'A\n'],
    ])('%s', (expression, keys) => {
      expect(read(expression)).toBe(keys)
    })

    it.each([
      '{ a /* , x */, /* y: */ b }',
      '{ // c, d }\n a, b }',
      '{ a,\u00a0\u2028\ufeffb }',
      '{/**/a/**/:/* b } */c/**/,b}',
    ])('between comments and blanks: %s', (pattern) => {
      expect(read(`(${pattern}) => 1`)).toBe('a, b')
    })

    it.each([
      '"}, x"',
      "'\\'}, x'",
      '`}, x`',
      '`${`}${{ x: "}" }.x}`}, x`',
      '`\\`${"`"}\\${ }`',
      '/[/}]\\/,}"`\'/g',
      '/}/.test("}") / 2 / 1',
      '(1) / 2 /* / } */',
      '[1, 2][0] / 1 /* } */ / 2',
      '{ x: 1, y: { z: [1, 2] } }.y / 2',
      '({}) / 1 / 2',
      '{} / 1 / 2',
      '(x, y) => ({ x, y })',
      'x => x / 2',
      'x => { if (x) { /}/.test(x) } }',
      'async function* (x, { y }) { yield /}/; yield x / 2 }',
      'function () {} / 1 / 2',
      'function () { function f() {} /}/.test("") }',
      'function () { async function f() {} /}/.test("") }',
      'function () { return function () {} / 1 / 2 }',
      'function () { return { x: 1 } / 1 }',
      'function () { if (1) /}/.test(""); else /}/.test("") }',
      'function () { for (const x of /}/[Symbol.match]("")) /{/ }',
      'function () { for (;;) { break } /}/.test("") }',
      'function () { label: { /}/ } /}/.test("") }',
      'function () { switch (1) { case 1 / 1: /}/; default: { /}/ } } }',
      'function () { switch (1) { case 1 ? 2 : 3: {} /}/.test("") } }',
      'function () { do /}/; while (0) }',
      'function () { try { /}/ } catch { /}/ } finally { /}/ } /}/.test("") }',
      'function () { try {} catch (e) { /}/ } /{/ }',
      'function () { const f = () => {}\n/}/.test("") }',
      'function () { let i = 1; i++ / 2 / 1; i-- / 2; ++i / 1 }',
      'function () { let of = 1, async = 2; return of / 1 / async / 1 }',
      'function () { const o = { if: 1, return: 2 }; return o.if / o.return / 1 }',
      'function () { const o = { return: 2 }; return o?.return / 1 / 2 }',
      'function () { return typeof /}/ }',
      'function () { return void /}/ in {} }',
      'class { x = 1 / 2; static y = /}/; m() { return /}/ } get z() { return 1 / 2 } }',
      'class A extends Object { constructor() { super() } } / 1 / 2',
      'function () { class A {} /}/.test("") }',
      '{ if() {}, get x() { return /}/ }, async *[`m`]() {}, of: /}/, y: 1 / 2 }',
      '1 ? /}/ : /{/',
      'null ?? /}/',
      '!/}/ + -/{/ / 2',
      'undefined?.x / 1 / 2',
      '1?.5:/}/',
      '1. / 2 / .5',
      '0x1f / 1n.constructor.length / 2',
      'new.target / 1 / 2',
      'this / 1 / 2',
      'arguments / 1 / 2',
    ])('with a default of %s', (value) => {
      expect(read(`function ({ a = ${value}, b: { c = ${value} } = ${value}, d }) {}`)).toBe(
        'a?, b?, d',
      )
    })
  })

  describe('is opaque', () => {
    it.each([
      ['d => 1', "takes its parameter as a whole ('d')"],
      ['async d => 1', "takes its parameter as a whole ('d')"],
      ['(_, ctx) => 1', "takes its parameter as a whole ('_')"],
      ['(deps = {}) => 1', "takes its parameter as a whole ('deps')"],
      ['async => 1', "takes its parameter as a whole ('async')"],
      ['function (d) {}', "takes its parameter as a whole ('d')"],
      ['({ a, ...others }) => 1', "takes the rest of its parameter ('...others')"],
      ['(...args) => 1', "takes a list of parameters ('...args')"],
      ['(...{ length }) => 1', "takes a list of parameters ('...')"],
      ['([a, b]) => 1', 'takes its parameter apart as an array'],
      ['({ ["a"]: x }) => 1', 'has a computed key in its parameter'],
      ['function () { return arguments[0].a }', "reads its parameters from 'arguments'"],
      ['class { constructor({ a }) {} }', 'is a class'],
      ['class Named extends Object { m({ a }) {} }', 'is a class'],
    ])('where the first parameter is that of %s', (expression, reason) => {
      expect(read(expression)).toBe(reason)
    })

    it.each([
      ['(item, d) => 1', "takes its parameter as a whole ('d')"],
      ['(item, ...others) => 1', "takes a list of parameters ('...others')"],
      ['(...args) => 1', "takes a list of parameters ('...args')"],
      ['function (item) { return arguments[1].a }', "reads its parameters from 'arguments'"],
    ])('where the second parameter is that of %s', (expression, reason) => {
      expect(read(expression, 1)).toBe(reason)
    })

    it.each([
      ['bound', made('({ a }) => a').bind(null)],
      ['native', Array.prototype.push as AnyFunction],
      ['a native method with a computed name', Array.prototype[Symbol.iterator] as AnyFunction],
      [
        'a native getter',
        Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as AnyFunction,
      ],
      ['a Proxy', new Proxy(made('({ a }) => a'), {})],
    ])('where the function is %s', (_what, fn) => {
      expect(brief(parametersOf(fn, 0))).toBe('is native, bound or wrapped code')
    })
  })

  describe('takes no parameter for none', () => {
    it.each([
      ['() => 1', 0],
      ['d => 1', 1],
      ['({ a }) => a', 1],
      ['(item, deps) => 1', 2],
      ['() => arguments', 0],
      ['function () { return $arguments + arguments_ }', 0],
      ['function ({ a }) {}', 1],
    ])('%s at %i', (expression, index) => {
      expect(parametersOf(made(expression), index)).toEqual({ kind: 'keys', keys: [] })
    })
  })

  it('does not mistake a body that mentions native code for a native function', () => {
    expect(read('({ a }) => { return "{ [native code] }" }')).toBe('a')
  })

  it('reads each function once', () => {
    const fn = made('({ a }, { b }) => 1')
    expect(parametersOf(fn, 0)).toBe(parametersOf(fn, 0))
    expect(parametersOf(fn, 1)).toBe(parametersOf(fn, 1))
    expect([brief(parametersOf(fn, 0)), brief(parametersOf(fn, 1))]).toEqual(['a', 'b'])
  })

  it('leaves no trace on a function that could be seen', () => {
    const fn = made('({ a }) => 1')
    const [keys, prototype] = [Reflect.ownKeys(fn), Object.getPrototypeOf(fn)]
    parametersOf(fn, 0)
    expect(Reflect.ownKeys(fn)).toEqual(keys)
    expect(Object.getPrototypeOf(fn)).toBe(prototype)
  })

  it('reads a frozen function too', () => {
    const fn = Object.freeze(made('({ a }) => 1'))
    expect([brief(parametersOf(fn, 0)), brief(parametersOf(fn, 0))]).toEqual(['a', 'a'])
  })

  it.each([
    ['({ a }) => a', true],
    ['async ({ a: { b = ")" } }) => b', true],
    ['({ a }, ctx) => a', false],
    ['({ a }, ...rest) => a', false],
    ['({ a } = {}, ctx) => a', false],
    ['function ({ a }) { return arguments[1] }', false],
    ['{ m({ a }) { return arguments[1] } }', false],
  ])('knows whether an arrow takes nothing after its pattern: %s', (expression, isLast) => {
    const fn = expression.startsWith('{') ? onlyMember(`(${expression})`) : made(expression)
    expect(parametersOf(fn, 0)).toHaveProperty('isLast', isLast)
  })
})
