import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { merge, WeavePendingLimitError, weave } from '../src/index.js'
import { settledSoon } from './support/settled-soon.js'

let begunAt = 0
const now = (): number => Math.round(performance.now() - begunAt)

beforeEach(() => {
  vi.useFakeTimers()
  begunAt = performance.now()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('perMinute', () => {
  it.each(['perMinute', 'limitPerMinute'])(
    '(%s) keeps starts apart, the first at once',
    async (option) => {
      const at: number[] = []
      const run = weave()
        .each('list', [1, 2, 3, 4], { [option]: 600 }, () => at.push(now()))
        .run()
      await vi.advanceTimersByTimeAsync(1000)
      await run
      expect(at).toEqual([0, 100, 200, 300])
    },
  )

  it('allows no burst after a slow item', async () => {
    const at: number[] = []
    const run = weave()
      .each('list', [1, 2, 3, 4], { perMinute: 600, workers: 1 }, async (n) => {
        at.push(now())
        if (n === 1) await new Promise((resolve) => setTimeout(resolve, 350))
      })
      .run()
    await vi.advanceTimersByTimeAsync(2000)
    await run
    expect(at).toEqual([0, 350, 450, 550])
  })

  it('counts attempts, not items', async () => {
    const at: string[] = []
    const run = weave()
      .each('list', [1, 2, 3], { perMinute: 600, retries: 1, needs: [] }, (n, _deps, ctx) => {
        at.push(`${n}.${ctx.attempt} ${now()}`)
        if (n === 1 && ctx.attempt === 1) throw new Error('again')
      })
      .run()
    await vi.advanceTimersByTimeAsync(1000)
    await run
    expect(at).toHaveLength(4)
    expect(at.map((text) => Number(text.split(' ')[1]))).toEqual([0, 100, 200, 300])
    expect(at).toContainEqual(expect.stringMatching(/^1\.2/))
  })

  it('holds no slot while it waits for its time', async () => {
    const at: string[] = []
    const run = weave()
      .each('paced', [1, 2], { perMinute: 60 }, () => at.push(`paced ${now()}`))
      .each('others', [1, 2, 3], { after: [] }, async () => {
        await settledSoon()
        at.push('other')
      })
      .run({ concurrency: 1 })
    await vi.advanceTimersByTimeAsync(500)
    expect(at).toEqual(['paced 0', 'other', 'other', 'other'])
    await vi.advanceTimersByTimeAsync(1000)
    await run
    expect(at.at(-1)).toBe('paced 1000')
  })

  it('holds for arriving items, for merges, and as a default for mapped tasks only', async () => {
    const at: string[] = []
    async function* arriving(): AsyncGenerator<number> {
      yield* [1, 2]
    }
    const run = weave()
      .defaults({ perMinute: 600, workers: 5 })
      .do('plain', () => at.push(`plain ${now()}`))
      .each('arrived', arriving(), () => at.push(`arrived ${now()}`))
      .do('merged', () => merge(() => at.push(`merged ${now()}`), [1, 2], { perMinute: 300 }))
      .run()
    await vi.advanceTimersByTimeAsync(1000)
    await run
    expect(at.sort()).toEqual(['arrived 0', 'arrived 100', 'merged 0', 'merged 200', 'plain 0'])
  })

  it('starts nothing more in a run that was stopped', async () => {
    let calls = 0
    const run = weave()
      .each('list', [1, 2, 3], { perMinute: 600 }, () => {
        calls++
      })
      .do('fails', async () => {
        throw new Error('x')
      })
      .settle()
    await vi.advanceTimersByTimeAsync(1000)
    expect((await run).tasks.list).toMatchObject({
      status: 'cancelled',
      partial: new Map([[0, undefined]]),
    })
    expect(calls).toBe(1)
  })
})

describe('maxPending', () => {
  it('fails a task whose list is longer, before any item', async () => {
    const body = (): never => expect.unreachable()
    const run = weave({ list: [1, 2, 3] })
      .each('priced', 'list', body)
      .run({ maxPending: 2 })
    await expect(run).rejects.toThrow(WeavePendingLimitError)
    await expect(run).rejects.toMatchObject({
      message: "Task 'priced' has more than 2 items (maxPending).",
      code: 'CONC_WEAVE_MAX_PENDING',
      task: 'priced',
      limit: 2,
    })
  })

  it('lets through what fits', async () => {
    const r = await weave()
      .each('list', [1, 2], (n) => n)
      .each('more', new Set([1, 2]), (n) => n)
      .run({ maxPending: 2 })
    expect([r.list, r.more]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  it('is found as they go where nobody knows how many there are, and closes the source', async () => {
    let isClosed = false
    async function* endless(): AsyncGenerator<number> {
      try {
        for (let n = 0; ; n++) yield n
      } finally {
        isClosed = true
      }
    }
    const seen: number[] = []
    const run = weave()
      .each('list', endless(), { workers: 1 }, (n) => seen.push(n))
      .run({ maxPending: 3 })
    await expect(run).rejects.toThrow(WeavePendingLimitError)
    await settledSoon()
    expect(seen).toEqual([0, 1, 2])
    expect(isClosed).toBe(true)
  })
})
