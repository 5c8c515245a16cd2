import { Socket } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import {
  emptiedClass,
  findEmptied,
  findUncloneable,
} from '../../../src/internal/travel/uncloneable.js'

describe('findUncloneable', () => {
  it('finds nothing in what clones', () => {
    const cyclic: Record<string, unknown> = { date: new Date(), map: new Map([[1, new Set([2n])]]) }
    cyclic.self = cyclic
    expect(findUncloneable(cyclic, 'args[0]')).toBeUndefined()
  })

  it('names the very value inside plain objects, arrays, maps and sets', () => {
    const path = (value: unknown) => findUncloneable(value, 'args')?.path
    expect(path([{ a: { b: () => 1 } }])).toBe('args[0].a.b')
    expect(path([{ 'x-y': Symbol('no') }])).toBe('args[0]["x-y"]')
    expect(path([new Map([['k', [1, () => 1]]])])).toBe('args[0].get("k")[1]')
    expect(path([new Set([Promise.resolve()])])).toBe('args[0].values()')
  })

  it('names an instance of a class as a whole', () => {
    const found = findUncloneable({ socket: new Socket() }, 'args[0]')
    expect(found).toEqual({ path: 'args[0].socket', what: 'a Socket' })
  })

  it('follows cycles only once', () => {
    const inner: Record<string, unknown> = {}
    const outer = { inner }
    inner.outer = outer
    inner.last = () => 1
    expect(findUncloneable(outer, 'result')?.path).toBe('result.inner.last')
  })

  it('counts what is moved as cloneable', () => {
    const { port1, port2 } = new MessageChannel()
    expect(findUncloneable([port1], 'args', [port1])).toBeUndefined()
    expect(findUncloneable([port1, port2], 'args', [port1])?.path).toBe('args[1]')
    port1.close()
  })

  it('survives a getter that throws and great depth', () => {
    const trap = {
      get x() {
        throw new Error('no')
      },
    }
    expect(findUncloneable({ trap }, 'args[0]')?.path).toBe('args[0].trap.x')
    let deep: unknown = () => 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    expect(findUncloneable(deep, 'args[0]')).toBeUndefined()
  })
})

/** What is left of a value that was cloned; nothing where Node refuses to. */
function keysOfClone(value: unknown): string[] {
  try {
    return Object.keys(structuredClone(value) as object)
  } catch {
    return []
  }
}

describe('emptiedClass', () => {
  const instances = [
    new URL('http://a/'),
    new URLSearchParams('a=1'),
    new Headers(),
    new AbortController(),
    new AbortController().signal,
    new Event('x'),
    new Response(''),
    new FormData(),
    new TextDecoder(),
  ]

  it.each(instances.map((one) => [one.constructor.name, one] as const))(
    'knows %s, which Node clones to {} or, in newer versions, refuses',
    (name, one) => {
      expect(keysOfClone(one)).toEqual([])
      expect(emptiedClass(one)).toBe(name)
    },
  )

  it('leaves other classes of the same name alone', () => {
    class URL {}
    expect(emptiedClass(new URL())).toBeUndefined()
  })
})

describe('findEmptied', () => {
  it('looks at the value and its direct properties', () => {
    const url = new URL('http://a/')
    expect(findEmptied(url, 'args[0]')).toEqual({ path: 'args[0]', what: 'a URL' })
    expect(findEmptied({ url }, 'args[0]')?.path).toBe('args[0].url')
    expect(findEmptied([1, url], 'args[0]')?.path).toBe('args[0][1]')
    expect(findEmptied({ deep: { url } }, 'args[0]')).toBeUndefined()
    expect(findEmptied('text', 'args[0]')).toBeUndefined()
  })

  it('lets what is moved pass', () => {
    const { signal } = new AbortController()
    expect(findEmptied(signal, 'args[0]', [signal])).toBeUndefined()
  })
})
