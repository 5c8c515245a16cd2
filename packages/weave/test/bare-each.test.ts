import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { resultOf, WeavePendingLimitError, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'
import { settledSoon } from './support/settled-soon.js'

/** What is left of the items of task `a`, by position. */
function partialOf(error: unknown): [number, unknown][] {
  const outcome = resultOf(error)?.tasks.a as { partial: ReadonlyMap<number, unknown> }
  return [...outcome.partial]
}

describe('each over items that nothing keeps from starting', () => {
  it('takes values, promises and other thenables side by side', async () => {
    // biome-ignore lint/suspicious/noThenProperty: what a body may return
    const thenable = { then: (resolve: (value: string) => void) => resolve('thenable') }
    const made = ['value', Promise.resolve('promise'), thenable, undefined]
    const r = await weave()
      .each('a', [0, 1, 2, 3], (n) => made[n])
      .run()
    expect(r.a).toEqual(['value', 'promise', 'thenable', undefined])
    expect(r.timings.a).toMatchObject({ attempts: 1, items: { count: 4 } })
  })

  it('keeps by position what had finished when an item fails, and nothing that finishes later', async () => {
    const failure = new Error('fourth')
    const gates = Array.from({ length: 5 }, () => deferred<string>())
    const run = weave()
      .each('a', [0, 1, 2, 3, 4, 5], (n) => (n === 5 ? 'at once' : gates[n]?.promise))
      .run()
    const rejected = expect(run).rejects.toBe(failure)
    await turn()
    gates[4]?.resolve('first')
    gates[1]?.resolve('second')
    gates[3]?.reject(failure)
    await rejected
    const partial = [
      [1, 'second'],
      [4, 'first'],
      [5, 'at once'],
    ]
    expect(partialOf(failure)).toEqual(partial)
    gates[0]?.resolve('late')
    gates[2]?.reject(new Error('late'))
    await settledSoon()
    expect(partialOf(failure)).toEqual(partial)
  })

  it('keeps what had finished when the caller gives up, also where a body makes it', async () => {
    const control = new AbortController()
    const reason = new Error('enough')
    const begun: number[] = []
    const run = weave()
      .each('a', [0, 1, 2, 3], async (n) => {
        begun.push(n)
        if (n === 2) control.abort(reason)
        return n
      })
      .run({ signal: control.signal })
    await expect(run).rejects.toBe(reason)
    expect(begun).toEqual([0, 1, 2])
    expect(resultOf(reason)?.tasks.a).toMatchObject({ status: 'cancelled', reason })
    expect(partialOf(reason)).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ])
  })

  it('starts no item after one that throws at once, and closes the source', async () => {
    const failure = new Error('second')
    let isClosed = false
    function* source(): Generator<number> {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        isClosed = true
      }
    }
    const run = weave()
      .each('a', source(), (n) => {
        if (n === 2) throw failure
        return n === 0 ? n : Promise.reject(new Error('unheard'))
      })
      .run()
    await expect(run).rejects.toBe(failure)
    expect(isClosed).toBe(true)
    expect(partialOf(failure)).toEqual([[0, 0]])
  })

  it('fails past `maxPending` and keeps what had finished', async () => {
    function* source(): Generator<number> {
      yield* [0, 1, 2]
    }
    const error = await weave()
      .each('a', source(), async (n) => n)
      .run({ maxPending: 2 })
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(WeavePendingLimitError)
    expect(partialOf(error)).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  it('waits with `drain` for all bodies, whichever way they end', async () => {
    const failure = new Error('first')
    const gates = [deferred<number>(), deferred<number>()]
    let hasEnded = false
    const run = weave()
      .each('a', [0, 1, 2], (n) => gates[n]?.promise ?? Promise.reject(failure))
      .run({ drain: true })
      .finally(() => {
        hasEnded = true
      })
    const rejected = expect(run).rejects.toBe(failure)
    await turn()
    gates[0]?.resolve(0)
    await turn()
    expect(hasEnded).toBe(false)
    gates[1]?.reject(new Error('late'))
    await rejected
    expect(partialOf(failure)).toEqual([])
  })

  it('collects more items than are awaited together', async () => {
    const list = Array.from({ length: 100_001 }, (_, n) => n)
    const failure = new Error('last')
    const w = weave().each('a', list, (n) => (n % 1000 === 0 ? Promise.resolve([n]) : n))
    const { a } = await w.run()
    expect(a.length).toBe(list.length)
    expect([a[0], a[1], a[100_000]]).toEqual([[0], 1, [100_000]])
    const failing = weave().each('a', list, (n) => (n === 100_000 ? Promise.reject(failure) : n))
    await expect(failing.run()).rejects.toBe(failure)
    expect(partialOf(failure).length).toBe(100_000)
  })
})
