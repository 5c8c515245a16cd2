import { describe, expect, it, vi } from 'vitest'
import { weave } from '../src/index.js'

interface OpenWeave {
  do(name: string, body: (deps: never) => unknown): OpenWeave
  plan(): { readonly order: readonly string[] }
  run(): Promise<Readonly<Record<string, unknown>>>
}

/** Bodies that ask for the one before, made afresh: each is read once more. */
function bodies(count: number): ((deps: never) => unknown)[] {
  return Array.from({ length: count }, (_, i) => {
    return new Function(`return ({ ${i === 0 ? '' : `t${i - 1} = 0`} }) => ${i}`)()
  })
}

function built(list: readonly ((deps: never) => unknown)[]): OpenWeave {
  const start = weave() as unknown as OpenWeave
  return list.reduce((w, body, i) => w.do(`t${i}`, body), start)
}

/** How often `work` calls what containers, objects and sources offer: what grows with it whatever the machine does. */
async function operations(work: () => unknown): Promise<number> {
  let count = 0
  const counted: readonly [object, string][] = [
    [Map.prototype, 'get'],
    [Map.prototype, 'set'],
    [Map.prototype, 'has'],
    [Set.prototype, 'add'],
    [Set.prototype, 'has'],
    [Array.prototype, 'push'],
    [Array.prototype, 'concat'],
    [Array.prototype, 'slice'],
    [Array.prototype, 'indexOf'],
    [Array.prototype, 'includes'],
    [Object, 'freeze'],
    [Object, 'assign'],
    [Object, 'keys'],
    [Function.prototype, 'toString'],
  ]
  const originals = counted.map(([owner, key]) => Object.getOwnPropertyDescriptor(owner, key))
  counted.forEach(([owner, key], i) => {
    const original = originals[i]?.value
    Object.defineProperty(owner, key, {
      ...originals[i],
      value: function (this: unknown, ...args: unknown[]): unknown {
        // A copy of a list costs as much as it is long.
        count += Array.isArray(this) && key !== 'push' ? this.length : 1
        return Reflect.apply(original, this, args)
      },
    })
  })
  try {
    await work()
  } finally {
    counted.forEach(([owner, key], i) => {
      Object.defineProperty(owner, key, originals[i] as PropertyDescriptor)
    })
  }
  return count
}

describe('a chain of 10 000 tasks', { timeout: 60_000 }, () => {
  it.each([
    ['built', (list: ReturnType<typeof bodies>) => built(list)],
    ['built and planned', (list: ReturnType<typeof bodies>) => built(list).plan().order],
    ['built, planned and run', (list: ReturnType<typeof bodies>) => built(list).run()],
  ])('is %s in twice the operations of 5 000', async (_what, work) => {
    const half = bodies(5000)
    const whole = bodies(10_000)
    const less = await operations(() => work(half))
    const more = await operations(() => work(whole))
    expect(less).toBeGreaterThanOrEqual(5000)
    expect(more / less).toBeGreaterThan(1.9)
    expect(more / less).toBeLessThan(2.1)
  })

  it('is as many small objects as calls, each with its predecessor', () => {
    const freeze = vi.spyOn(Object, 'freeze')
    built(bodies(100))
    // One builder a call, and the first.
    expect(freeze).toHaveBeenCalledTimes(101)
    freeze.mockRestore()
  })
})
