import { deepStrictEqual } from 'node:assert'

type Make = () => unknown

/** What every executor carries there and back; both ends make the value by its label and compare. */
const samples: Readonly<Record<string, Make>> = {
  undefined: () => undefined,
  null: () => null,
  booleans: () => [true, false],
  NaN: () => Number.NaN,
  'negative zero': () => -0,
  infinities: () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  'numbers at the edges': () => [
    Number.MAX_SAFE_INTEGER,
    Number.MIN_VALUE,
    2 ** 31,
    2 ** 32,
    -(2 ** 53),
    0.1,
  ],
  bigint: () => [0n, -1n, 2n ** 64n, -(2n ** 200n)],
  text: () => ['', 'ä€𝄞', '\u0000', 'x'.repeat(70_000)],
  Date: () => new Date(1_700_000_000_123),
  Map: () =>
    new Map<unknown, unknown>([
      ['a', 1],
      [2, new Set([3])],
      [Number.NaN, -0],
    ]),
  Set: () => new Set<unknown>([1, 'a', undefined]),
  Uint8Array: () => new Uint8Array([0, 127, 255]),
  'typed arrays': () => [
    new Int8Array([-1]),
    new Uint16Array([65_535]),
    new Int32Array([-5]),
    new Float32Array([0.5]),
    new Float64Array([Number.NaN, -0]),
    new BigInt64Array([-(2n ** 63n)]),
  ],
  'undefined fields': () => ({ there: undefined, list: [undefined, null] }),
  'nested data': () => ({
    list: [1, [2, [3, { deep: new Map([['k', { at: new Date(0), big: 10n }]]) }]]],
    'key with spaces': { '': 'empty' },
  }),
  'empty containers': () => [{}, [], new Map(), new Set(), new Uint8Array(0)],
}

const cyclic: Make = () => {
  const value: Record<string, unknown> = { name: 'circle', list: [] }
  value.self = value
  value.list = [value]
  return value
}

export const sampleLabels: readonly string[] = Object.keys(samples)

/** A value that contains itself; for executors whose values are clones or the same objects. */
export const cyclicLabel = 'a cycle'

/** A fresh one of the values, equal each time. */
export function sampleValue(label: string): unknown {
  const make = label === cyclicLabel ? cyclic : samples[label]
  if (make === undefined) throw new Error(`The kit has no value called '${label}'.`)
  return make()
}

/** How `value` differs from what `label` stands for; `undefined` where it does not. */
export function valueDifference(label: string, value: unknown): string | undefined {
  try {
    deepStrictEqual(value, sampleValue(label))
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
