import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { parametersOf } from '../src/parameters/index.js'
import { type Transform, toolchains } from './support/toolchains.js'

type AnyFunction = (...args: never[]) => unknown

const require = createRequire(import.meta.url)

/** Bodies as people write them, and the keys of their parameter; those of a list are read at index 1. */
const source = `
var outer = { rate: 1 }
var fallback = function (x) { return { x: x } }
module.exports = {
  plain: ({ author, books }) => author + books,
  renamed: ({ author: a, books: b }) => a + b,
  defaults: ({ author = 'x, }', limit = 10, list = [1, 2] }) => [author, limit, list],
  nested: ({ author: { name, tags: [first] }, books: [book = {}] = [] }) => [name, first, book],
  quoted: ({ 'with space': a, "plain": b, 12: c }) => [a, b, c],
  whole: ({ author } = { author: 'x' }) => author,
  functions: ({ author = (x, { y }) => ({ x, y }), book = fallback({ a: '}' }) }) => [author, book],
  templates: ({ author = \`}\${{ a: \`}\` }.a}\`, match = /[}/]{1,2}/g.test('}') }) => [author, match],
  async: async ({ author, books }) => (await author) + books,
  asyncDefaults: async ({ author = await0(), books } = {}) => (await author) + books,
  declared: function ({ author, books }) { return author + books },
  asyncDeclared: async function ({ author, books }) { return (await author) + books },
  generator: function* ({ author, books }) { yield author; yield books },
  asyncGenerator: async function* ({ author, books }) { yield await author; yield books },
  method({ author, books }) { return [this, author, books] },
  async asyncMethod({ author, books }) { return [this, await author, books] },
  'a method'({ author }) { return author },
  context: ({ author }, ctx) => [author, ctx.signal],
  nothing: () => outer.rate++,
  item: (item, { rate, unit = 'EUR' }) => [item, rate, unit],
  asyncItem: async (item, { rate }) => (await item) * rate,
  itemDefault: (item, { rate, unit } = {}) => [item, rate, unit],
  field: new (class { body = ({ author, books }) => [author, books] })().body,
  classMethod: class { static body({ author, books }) { return [author, books] } }.body,
}
function await0() { return 1 }
`

const truth: Readonly<Record<string, string>> = {
  plain: 'author, books',
  renamed: 'author, books',
  defaults: 'author?, limit?, list?',
  nested: 'author, books?',
  quoted: 'with space, plain, 12',
  whole: 'author',
  functions: 'author?, book?',
  templates: 'author?, match?',
  async: 'author, books',
  asyncDefaults: 'author?, books',
  declared: 'author, books',
  asyncDeclared: 'author, books',
  generator: 'author, books',
  asyncGenerator: 'author, books',
  method: 'author, books',
  asyncMethod: 'author, books',
  'a method': 'author',
  context: 'author',
  nothing: '',
  item: 'rate, unit?',
  asyncItem: 'rate',
  itemDefault: 'rate, unit',
  field: 'author, books',
  classMethod: 'author, books',
}

const { tscTo, esbuildTo, swcTo, babelTo, terser, istanbul } = toolchains('script')

const keepsPatterns: Readonly<Record<string, Transform>> = {
  'no tool': (code) => code,
  'tsc to ES2022': tscTo('es2022'),
  'esbuild to ESNext': esbuildTo('esnext'),
  'esbuild, minified': esbuildTo('esnext', true),
  'terser, two passes': terser({}),
  'terser, toplevel and unsafe': terser({ toplevel: true, compress: { unsafe: true, passes: 3 } }),
  'swc to ES2022': swcTo('es2022'),
  'swc, minified': swcTo('es2022', true),
  'Babel preset-env for this Node': babelTo({ node: 'current' }),
  'istanbul coverage': istanbul,
  'istanbul coverage over esbuild, minified': (code) =>
    esbuildTo('esnext', true)(istanbul(code) as string),
}

const lowers: Readonly<Record<string, Transform>> = {
  'tsc to ES2017': tscTo('es2017'),
  'tsc to ES2015': tscTo('es2015'),
  'esbuild to ES2017': esbuildTo('es2017'),
  'esbuild to ES2016, minified': esbuildTo('es2016', true),
  'swc to ES2017': swcTo('es2017'),
  'swc to ES2016': swcTo('es2016'),
  'swc to ES2015, minified': swcTo('es2015', true),
  'swc to ES5': swcTo('es5'),
  'swc to ES5, minified': swcTo('es5', true),
  'Babel to Chrome 60': babelTo({ chrome: '60' }),
  'Babel to ES2015': babelTo({ chrome: '51' }),
  'Babel to ES5': babelTo({ ie: '11' }),
  'Babel to ES5, loose': babelTo({ ie: '11' }, { loose: true }),
  'terser over Babel to ES5': async (code) => terser({})(await babelTo({ ie: '11' })(code)),
}

async function readAfter(transform: Transform): Promise<Record<string, string>> {
  const module = { exports: {} as Record<string, AnyFunction> }
  new Function('module', 'exports', 'require', await transform(source))(
    module,
    module.exports,
    require,
  )
  return Object.fromEntries(
    Object.entries(module.exports).map(([name, fn]) => [name, brief(name, fn)]),
  )
}

function brief(name: string, fn: AnyFunction): string {
  const parameters = parametersOf(fn, /item/i.test(name) ? 1 : 0)
  if (parameters.kind === 'opaque') return 'opaque'
  return parameters.keys.map((key) => key.name + (key.hasDefault ? '?' : '')).join(', ')
}

describe('parametersOf', () => {
  describe('sees the same keys after', () => {
    it.each(Object.entries(keepsPatterns))('%s', async (_tool, transform) => {
      expect(await readAfter(transform)).toEqual(truth)
    })

    it("the test runner's own transform", () => {
      const bodies: Record<string, AnyFunction> = {
        plain: ({ author, books }: Record<string, string>) => `${author}${books}`,
        defaults: async ({ author = 'x, }', limit = 10, list = [1, 2] }) => [author, limit, list],
        method({ author, books }: Record<string, string>) {
          return [author, books]
        },
      }
      for (const [name, body] of Object.entries(bodies)) expect(brief(name, body)).toBe(truth[name])
    })
  })

  describe('is opaque or right, and never wrong, after', () => {
    it.each(Object.entries(lowers))('%s', async (_tool, transform) => {
      const read = await readAfter(transform)
      const expected = Object.fromEntries(
        Object.entries(truth).map(([name, keys]) => [
          name,
          read[name] === 'opaque' ? 'opaque' : keys,
        ]),
      )
      expect(read).toEqual(expected)
      expect(Object.values(read)).toContain('opaque')
    })
  })

  it('is opaque for every pattern that was lowered to ES5', async () => {
    const { nothing, ...read } = await readAfter(babelTo({ ie: '11' }))
    expect(nothing).toBe('')
    expect(new Set(Object.values(read))).toEqual(new Set(['opaque']))
  })
})
