import { transformSync as swcTransform } from '@swc/core'
import { transformSync as esbuildTransform } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { task, weave } from '../src/index.js'

const source = `
class Base {
  calls = 0
  @task({ retries: 2, after: ['two'] }) one() { throw new Error('call ' + ++this.calls) }
  two() { return 2 }
}
class Kept extends Base {
  one() { throw new Error('own call ' + ++this.calls) }
}
class Nearer extends Base {
  @task({ retries: 1 }) one() { throw new Error('call ' + ++this.calls) }
}
class Static extends Base {
  static options = { one: { retries: 0 } }
}
return { Base, Kept, Nearer, Static }
`

type Templates = Record<
  'Base' | 'Kept' | 'Nearer' | 'Static',
  new () => { one(): never; two(): number }
>

const compilers: Record<string, (code: string) => string> = {
  esbuild: (code) => esbuildTransform(code, { loader: 'ts', target: 'es2022' }).code,
  swc: (code) =>
    swcTransform(code, {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { decoratorVersion: '2022-03' },
        target: 'es2022',
      },
    }).code,
}

/** The classes as a compiler that lowers standard decorators leaves them. */
function compiled(compile: (code: string) => string): Templates {
  const wrapped = compile(`function make(task) {${source}}`)
  return new Function('task', `${wrapped}; return make(task)`)(task)
}

describe.each(Object.entries(compilers))('@task, compiled by %s', (_name, compile) => {
  const { Base, Kept, Nearer, Static } = compiled(compile)

  it.each([
    ['on a method', Base, 'call 3'],
    ['on the method that another one overrides', Kept, 'own call 3'],
    ['nearer than that of the base class', Nearer, 'call 2'],
    ['under static options', Static, 'call 1'],
  ])('counts %s', async (_what, template, message) => {
    const s = await weave(template).settle()
    expect(s.error).toMatchObject({ message })
    expect(s.plan.dependencies.one).toEqual(['two'])
  })
})

describe('@task', () => {
  const method = (): number => 1
  const place = { kind: 'method', name: 'one', static: false, private: false } as never

  it('gives the method back', () => {
    expect(task({ retries: 1 })(method, place)).toBe(method)
  })

  it('says what it is not for', () => {
    expect(() => task('name' as never)).toThrow(
      'task(name, fn), which declares a task, is in @conc/core',
    )
    expect(() => (task as (...args: unknown[]) => unknown)('name', method)).toThrow('@conc/core')
    expect(() => task({ retires: 1 } as never)).toThrow('an object with only')
    expect(() => task({ workers: 1 } as never)).toThrow('an object with only')
    expect(() => task({})(method, 'one' as never)).toThrow('without experimentalDecorators')
  })

  it.each([
    { kind: 'getter', name: 'one' },
    { kind: 'method', name: 'one', static: true },
    { kind: 'method', name: '#one', private: true },
    { kind: 'method', name: '_one' },
    { kind: 'method', name: Symbol('one') },
  ])('refuses %o', (other) => {
    expect(() => task({})(method, other as never)).toThrow('on a public method without _')
  })
})
