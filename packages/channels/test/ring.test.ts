import { isDeepStrictEqual } from 'node:util'
import { MessagePort } from 'node:worker_threads'
import { SerializationError } from '@conc/core'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { duplex, type LinkedChannel } from '../src/index.js'

type End = LinkedChannel<unknown, unknown>

/** Two ends that have sent so many small values that the next ones go through the ring. */
async function warm(capacity = Number.POSITIVE_INFINITY): Promise<[End, End]> {
  const [mine, yours] = duplex<unknown>({ capacity })
  const used = [mine, yours]
  onTestFinished(() => {
    for (const end of used) if (isHere(end)) end.close()
  })
  for (let n = 0; n < 8; n++) {
    mine.tryPut({ n })
    expect(await yours.get()).toEqual({ n })
  }
  return [mine, yours]
}

/** Not handed over. */
function isHere(end: End): boolean {
  try {
    return end.alive() || true
  } catch {
    return false
  }
}

function sent(ends: readonly [End, End], value: unknown): unknown {
  expect(ends[0].tryPut(value)).toBe(true)
  const got = ends[1].tryGet()
  if (!got?.ok) throw new Error('Expected an item.')
  return got.value
}

const plain = fc.anything({ withBigInt: true, maxDepth: 3 })
const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
  maxDepth: 3,
} as fc.ObjectConstraints)

describe('what comes out', () => {
  it.each([
    ['plain data', plain],
    ['any value', anything],
    ['long texts', fc.string({ unit: 'binary', minLength: 300, maxLength: 2000 })],
    ['long arrays', fc.array(fc.oneof(fc.integer(), fc.double()), { maxLength: 400 })],
  ])('equals a structured clone: %s', async (_, values) => {
    const ends = await warm()
    fc.assert(
      fc.property(values, (value) => {
        const [got, clone] = [sent(ends, value), structuredClone(value)]
        if (!isDeepStrictEqual(got, clone)) expect(got).toStrictEqual(clone)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['minus zero', -0],
    ['numbers at the borders', [2 ** 31, -(2 ** 31), 2 ** 31 - 1, Number.NaN, 5e-324]],
    ['large integers', [2n ** 63n, -(2n ** 63n), 2n ** 63n - 1n]],
    ['half characters', ['\ud800', 'a\udc00', 'ÿ', 'Ā']],
    ['numbers as keys', { 2: 'b', 1: 'a', z: 0 }],
    ['__proto__ as a key', JSON.parse('{"__proto__":{"a":1},"b":2}')],
    ['an accessor', Object.defineProperty({}, 'a', { get: () => 1, enumerable: true })],
    ['what is not enumerable', Object.defineProperty({ b: 1 }, 'a', { value: 1 })],
    ['an array with a name', Object.assign([1, 2], { name: 'x' })],
    ['a hole at the end', Object.assign(new Array(2), { 0: 1 })],
    ['a hole and a name', Object.assign(new Array(2), { 0: 1, name: 'x' })],
    [
      'an instance of a class',
      new (class Point {
        x = 1
      })(),
    ],
    ['an array of a class', new (class List extends Array<number> {})(1, 2, 3)],
  ])('equals a structured clone: %s', async (_, value) => {
    const [got, clone] = [sent(await warm(), value), structuredClone(value)]
    expect(isDeepStrictEqual(got, clone)).toBe(true)
    expect(Object.keys(got as object)).toEqual(Object.keys(clone as object))
  })

  it('keeps cycles, and what stands in two places one', async () => {
    const ends = await warm()
    const one = { n: 1 }
    const both = sent(ends, { a: one, b: [one] }) as { a: unknown; b: unknown[] }
    expect(both.a).toBe(both.b[0])
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const copy = sent(ends, cycle) as { self: unknown }
    expect(copy.self).toBe(copy)
  })

  it.each([
    ['a proxy', () => new Proxy({ a: 1 }, {}), 'value'],
    ['a function inside', () => ({ a: [1, { f() {} }] }), 'value.a[1].f'],
    ['a symbol', () => [Symbol('s')], 'value[0]'],
    ['what would arrive empty', () => ({ at: new URL('http://a') }), 'value.at'],
  ])('refuses %s as ever, with its path', async (_, make, path) => {
    const ends = await warm()
    expect(() => ends[0].tryPut(make())).toThrow(SerializationError)
    await expect(ends[0].put(make())).rejects.toMatchObject({ path })
    expect(sent(ends, { n: 1 })).toEqual({ n: 1 })
  })

  it('throws what a getter throws', async () => {
    const [mine] = await warm()
    const value = Object.defineProperty({}, 'a', {
      enumerable: true,
      get() {
        throw new RangeError('not now')
      },
    })
    expect(() => mine.tryPut(value)).toThrow(RangeError)
  })

  it('is whole where a getter puts into the same channel', async () => {
    const [mine, yours] = await warm()
    const value = Object.defineProperty({}, 'a', {
      enumerable: true,
      get: () => mine.tryPut('inner'),
    })
    mine.tryPut(value)
    const got = [yours.tryGet(), yours.tryGet(), yours.tryGet()]
    expect(got.map((one) => one?.value)).toEqual(['inner', { a: true }, undefined])
  })
})

describe('the ring', () => {
  it('needs no message for a small value that nobody waits for', async () => {
    const [mine, yours] = await warm()
    const post = vi.spyOn(MessagePort.prototype, 'postMessage')
    onTestFinished(() => post.mockRestore())
    for (let n = 0; n < 100; n++) mine.tryPut({ n })
    mine.tryPut('x'.repeat(900))
    expect(post).not.toHaveBeenCalled()
    mine.tryPut('x'.repeat(1100))
    mine.tryPut(new Date(0))
    expect(post).toHaveBeenCalledTimes(2)
    expect(yours.size).toBe(103)
  })

  it('keeps the order of small, large and moved values, also where it is full', async () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 1200 }), fc.constant(-1)), {
      minLength: 50,
      maxLength: 400,
    })
    const ends = await warm()
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 300 }), async (script, burst) => {
        const [mine, yours] = ends
        for (let start = 0; start < script.length; start += burst) {
          const some = script.slice(start, start + burst)
          for (const size of some) {
            if (size >= 0) mine.tryPut('x'.repeat(size))
            else {
              const bytes = new Uint8Array(10)
              mine.tryPut(bytes, { transfer: [bytes.buffer] })
            }
          }
          for (const size of some) {
            const got = yours.tryGet()?.value as string | Uint8Array
            expect(typeof got === 'string' ? got.length : -1).toBe(size)
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('takes more kinds of objects than it can number', async () => {
    const ends = await warm()
    for (let n = 0; n < 600; n++) {
      const value = { [`key${n}`]: n, other: { [`inner${n % 7}`]: n } }
      expect(sent(ends, value)).toEqual(value)
    }
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n]))
    expect(sent(ends, wide)).toEqual(wide)
  })

  it('goes along with an end that is handed over, and what it holds', async () => {
    const [mine, yours] = await warm()
    for (let n = 0; n < 20; n++) mine.tryPut({ n })
    mine.tryPut(new Date(7))
    mine.tryPut({ other: 1 })
    expect(yours.tryGet()?.value).toEqual({ n: 0 })
    const [here, there] = duplex<unknown>()
    await here.put(yours)
    mine.tryPut({ n: 'late' })
    const moved = (await there.get()) as End
    for (let n = 1; n < 20; n++) expect((await moved.recv()).value).toEqual({ n })
    expect(await moved.get()).toEqual(new Date(7))
    expect(await moved.get()).toEqual({ other: 1 })
    expect(await moved.get()).toEqual({ n: 'late' })
    for (let n = 0; n < 10; n++) moved.tryPut({ back: n })
    for (let n = 0; n < 10; n++) expect(await mine.get()).toEqual({ back: n })
    await here.put('over')
    here.close()
    there.close()
  })

  it('can be written on by an end that was handed over', async () => {
    const [mine, yours] = await warm()
    for (let n = 0; n < 5; n++) mine.tryPut({ n })
    const [here, there] = duplex<unknown>()
    await here.put(mine)
    const moved = (await there.get()) as End
    for (let n = 5; n < 10; n++) moved.tryPut({ other: n, also: true })
    yours.tryGet()
    await new Promise(setImmediate)
    for (let n = 1; n < 5; n++) expect(yours.tryGet()?.value).toEqual({ n })
    for (let n = 5; n < 10; n++) expect(await yours.get()).toEqual({ other: n, also: true })
    moved.close()
    here.close()
    there.close()
  })

  it('takes an item back that nobody took, at capacity 0', async () => {
    const [mine, yours] = duplex<number>({ capacity: 0 })
    onTestFinished(() => {
      mine.close()
      yours.close()
    })
    for (let n = 0; n < 20; n++) {
      const abort = new AbortController()
      const given = mine.put(-1, { signal: abort.signal })
      abort.abort('enough')
      await expect(given).rejects.toBe('enough')
      const kept = mine.put(n)
      expect(await yours.get()).toBe(n)
      await kept
    }
  })

  it('lets timers have their turn while items stream', async () => {
    const [mine, yours] = await warm()
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
    }, 0)
    onTestFinished(() => clearTimeout(timer))
    let taken = 0
    while (!isOver) {
      await mine.put(taken)
      expect(await yours.get()).toBe(taken++)
    }
    expect(taken).toBeGreaterThan(0)
  })
})
