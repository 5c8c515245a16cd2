// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates stand in the source text that is read
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ParameterKey, parametersOf } from '../src/parameters/index.js'

type AnyFunction = (...args: never[]) => unknown

/** What may stand between two tokens, full of bait. */
const blank = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\u00a0\t',
  '/* } , { x: 1 */',
  '/**//*/ ` */',
  '// ) => { " \' `\n',
)

/** Expressions that can be evaluated anywhere, as an operand in parentheses. */
const { expression } = fc.letrec<{ expression: string; statement: string }>((tie) => {
  const inner = tie('expression')
  const statement = tie('statement')
  const of = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
    fc
      .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
      .map((texts) => texts.join(''))
  return {
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('1', '.5', '1.', '0x1f', 'null', 'undefined', 'this', '"}, x"', "'{\\''"),
      fc.constantFrom(
        '/}/',
        '/[/}]{2}\\/,"`\'/g',
        '`}, x`',
        '`\\`$${`{`}\\${`',
        '[,]',
        '{}',
        '({})',
      ),
      fc.string({ maxLength: 8 }).map((text) => JSON.stringify(text)),
      of('(', inner, ',', inner, ')'),
      of('(', inner, ')', blank, ' / ', blank, '(', inner, ')/2'),
      of('[', inner, ',', inner, '][0]/1/2'),
      of('{ x:', inner, ', "}": ', inner, ', [`x${', inner, '}`]() {', statement, '} }'),
      of('{ get x() {', statement, '}, if() {}, return: ', inner, ' }.x/1'),
      of('`{${', inner, '}}${`${', inner, '}`}`'),
      of('(', inner, ') ?', inner, ':', inner),
      of('typeof (', inner, ') / 2'),
      of('({ x, y }, z =', inner, ') =>', blank, '({ x, y })'),
      of('x => {', statement, statement, '}'),
      of('async function* (x = ', inner, ') {', statement, '}'),
      of('function () {', statement, '}', blank, ' / 1 / 2'),
      of('class { x =', inner, '; static m() {', statement, '} }'),
    ),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(
        ';',
        '/}/.test("");',
        '{ let q = 1; q++ / 2 / 1 }',
        'l: { /}/ }',
        'return /}/;',
      ),
      of('if (', inner, ') {', statement, '}', blank, ' /}/.test("");'),
      of('for (;;) { break }', blank, ' /{/g;'),
      of('function f() {', statement, '}', blank, ' /}/;'),
      of('switch (', inner, ') { case 1: {} /}/; default:', statement, '}'),
      of('do {', statement, '} while (0)', blank, ' /}/;'),
      of('try {', statement, '} catch {', statement, '} finally {} /}/;'),
      of('(', inner, ') / 1;'),
      of('(x => {', statement, '})\n/ 1;'),
    ),
  }
})

interface Element {
  readonly key: string
  readonly hasDefault: boolean
  /** Binds its names with `suffix`, so that they are unique in the pattern. */
  text(suffix: number): string
}

const identifier = fc.constantFrom(
  ['a', 'a'],
  ['$', '$'],
  ['größe', 'größe'],
  ['\\u0062', 'b'],
  ['\\u{63}1', 'c1'],
  ['of', 'of'],
  ['async', 'async'],
  ['𝒳', '𝒳'],
)

const writtenKey: fc.Arbitrary<readonly [text: string, key: string]> = fc
  .oneof(
    fc.constantFrom<[string, string]>(['if', 'if'], ['function', 'function'], ['class', 'class']),
    fc.constantFrom<[string, string]>(['__proto__', '__proto__'], ['"\\x7d\\u{1F600}"', '}😀']),
    fc.string({ maxLength: 6, unit: 'binary' }).map((key) => [JSON.stringify(key), key] as const),
    fc.double({ min: 0, noNaN: true }).map((key) => [String(key), String(key)] as const),
    fc.nat().map((key) => [`0x${key.toString(16)}`, String(key)] as const),
  )
  .filter(([text]) => text !== 'Infinity')

/** What a key is bound to; the value it is given suits it. */
const target = fc.constantFrom(
  (n: number) => `v${n}`,
  (n: number) => `{ v${n} }`,
  (n: number) => `{ x: { v${n} } = {}, y: [w${n}] = [], ...r${n} }`,
  (n: number) => `[v${n}, , { x: w${n} = 1 } = {}]`,
)

const suffix = (value: string | undefined): string => (value === undefined ? '' : `= ${value}`)

const element: fc.Arbitrary<Element> = fc
  .tuple(fc.oneof(identifier, writtenKey), target, blank, fc.option(expression, { nil: undefined }))
  .map(([[text, key], bind, gap, value]) => ({
    key: key as string,
    hasDefault: value !== undefined,
    text: (n) => `${gap}${text}${gap}:${bind(n)}${gap}${suffix(value)}${gap}`,
  }))

const shorthand: fc.Arbitrary<Element> = fc
  .tuple(fc.nat(), blank, fc.option(expression, { nil: undefined }))
  .map(([id, gap, value]) => ({
    key: `s${id}`,
    hasDefault: value !== undefined,
    text: () => `${gap}s${id}${gap}${suffix(value)}${gap}`,
  }))

const elements = fc.uniqueArray(fc.oneof(element, shorthand), {
  selector: ({ key }) => key,
  maxLength: 5,
})

/** Writes a function around its parameter list. */
const shape = fc.constantFrom(
  (list: string) => `(${list}) => 1`,
  (list: string) => `async (${list}) => { return 1 }`,
  (list: string) => `function (${list}) { return 1 }`,
  (list: string) => `function* named(${list}) {}`,
  (list: string) => `{ async *[\`\${")"}(\`](${list}) {} }[")("]`,
  (list: string) => `{ "m ("(${list}) {} }["m ("]`,
  (list: string) => `class { static get(${list}) {} }.get`,
)

const sample = fc.record({
  parts: elements,
  shape,
  before: fc.constantFrom([], ['item'], ['{ item, x: [y] = [1, 2] } = {}'], ['item = (1, "(,")']),
  behind: fc.constantFrom('', ',', ' = {}', ' = { "}": ")" }, ctx', ', { signal } = {}'),
})

function build({
  parts,
  shape,
  before,
  behind,
}: typeof sample extends fc.Arbitrary<infer S> ? S : never): {
  fn: AnyFunction
  index: number
} {
  const pattern = `{${parts.map((part, index) => part.text(index)).join(',')}}`
  const text = shape([...before, pattern + behind].join(', '))
  return { fn: new Function(`return (${text})`)() as AnyFunction, index: before.length }
}

/** The keys that a call really reads from its argument. */
function keysReadBy(fn: AnyFunction, index: number, parts: readonly Element[]): Set<PropertyKey> {
  const optional = new Set(parts.filter((part) => part.hasDefault).map((part) => part.key))
  const seen = new Set<PropertyKey>()
  const spy = new Proxy(
    {},
    {
      get: (_target, key) => {
        seen.add(key)
        // A default is evaluated for what is missing; anything else is an array, which every pattern accepts.
        return optional.has(String(key)) ? undefined : []
      },
    },
  )
  const args = Array.from({ length: index + 1 }, (_, at) => (at === index ? spy : {}))
  try {
    const made = (fn as (...args: unknown[]) => unknown)(...args)
    if (made instanceof Promise) made.catch(() => {})
  } catch {
    // A default that does not suit its pattern: the keys before it were seen, and the test asks for no more.
  }
  return seen
}

describe('parametersOf', () => {
  it('finds exactly the keys that were written, and those that a call reads', () => {
    fc.assert(
      fc.property(sample, (made) => {
        const { fn, index } = build(made)
        const parameters = parametersOf(fn, index)
        const written = made.parts.map(
          ({ key, hasDefault }): ParameterKey => ({ name: key, hasDefault }),
        )
        expect(parameters).toMatchObject({ kind: 'keys', keys: written })
        const names = written.map(({ name }) => name)
        const seen = [...keysReadBy(fn, index, made.parts)]
        expect(seen.length).toBeGreaterThanOrEqual(Math.min(names.length, 1))
        expect(names.slice(0, seen.length)).toEqual(seen)
      }),
      { numRuns: 1000 },
    )
  })

  it('survives any text in the place of a source', () => {
    const pieces = fc.constantFrom(
      ...'(){}[],:=*/\\\'"`$.#\n aé1'.split(''),
      '${',
      '=>',
      '...',
      '/*',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(text, fc.nat({ max: 2 }), (source, index) => {
        expect(['keys', 'opaque']).toContain(readText(source, index).kind)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    '({ a',
    '({ a = "',
    '({ a = `${',
    '({ a = /x',
    '(',
    '',
    'compiled',
    '({ a: })',
    '({ = 1 })',
  ])('is opaque where the source is no JavaScript: %s', (source) => {
    expect(readText(source, 0)).toEqual({
      kind: 'opaque',
      reason: 'has a source that cannot be read',
    })
  })

  it('reads a deep and long default without growing the stack', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const long = `"${'\\"}'.repeat(200_000)}"`
    expect(
      readText(`({ a = ${deep}, b = ${long}, c = ${'/}/ + '.repeat(50_000)}1 }) => 1`, 0),
    ).toMatchObject({
      kind: 'keys',
      keys: ['a', 'b', 'c'].map((name) => ({ name, hasDefault: true })),
    })
  })
})

/** As for a function whose source is `source`: the engine makes none from such text. */
function readText(source: string, index: number): ReturnType<typeof parametersOf> {
  const { toString: original } = Function.prototype
  Function.prototype.toString = () => source
  try {
    return parametersOf(() => 1, index)
  } finally {
    Function.prototype.toString = original
  }
}
