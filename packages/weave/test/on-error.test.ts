import { TaskCancelledError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import { resultOf, type WeaveEvent, weave } from '../src/index.js'
import { deferred } from './support/deferred.js'
import { settledSoon } from './support/settled-soon.js'

describe("onError: 'finish-independent'", () => {
  it('goes on with whatever does not depend on a failure, and rejects with the first one', async () => {
    const slow = deferred<number>()
    const first = new Error('first')
    const run = weave()
      .do('bad', () => {
        throw first
      })
      .do('after', ({ bad }) => bad)
      .do('last', ({ after }) => after)
      .do('slow', () => slow.promise)
      .do('alsoBad', ({ slow }) => {
        throw new Error(`second ${slow}`)
      })
      .do('good', ({ slow }) => slow + 1)
      .run({ onError: 'finish-independent' })
    let isOver = false
    run.catch(() => {
      isOver = true
    })
    await settledSoon()
    expect(isOver).toBe(false)
    slow.resolve(1)
    await expect(run).rejects.toBe(first)
    const s = resultOf(first)
    expect(s?.failed).toEqual(['bad', 'alsoBad'])
    expect(s?.cancelled).toEqual([])
    expect(s?.values).toEqual({ slow: 1, good: 2 })
    expect(s?.tasks.after).toEqual({ status: 'skipped', because: 'bad' })
    expect(s?.tasks.last).toEqual({ status: 'skipped', because: 'bad' })
    expect(s?.tasks.alsoBad).toMatchObject({ reason: { message: 'second 1' } })
  })

  it('keeps slots going when a task is skipped', async () => {
    const s = await weave()
      .do('bad', () => Promise.reject(new Error('x')))
      .do('skipped', ({ bad }) => bad)
      .do('a', async () => 1)
      .do('b', async () => 2)
      .settle({ onError: 'finish-independent', concurrency: 1 })
    expect(s.values).toEqual({ a: 1, b: 2 })
  })

  it('stops the items of a mapped task that failed, and nothing else', async () => {
    const other = deferred<string>()
    const reasons: unknown[] = []
    let attempts = 0
    const settle = weave()
      .each(
        'items',
        [0, 1, 2, 3],
        { needs: [], workers: 3, retries: 1 },
        async (n, _deps, { signal }) => {
          if (n === 0) return 'done'
          if (n === 1) {
            attempts++
            throw new Error('item')
          }
          return await new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason)
              reject(signal.reason)
            })
          })
        },
      )
      .do('other', () => other.promise)
      .do('dependent', ({ items }) => items)
      .settle({ onError: 'finish-independent' })
    await settledSoon()
    expect(reasons).toHaveLength(2)
    expect(reasons[0]).toBeInstanceOf(TaskCancelledError)
    expect(reasons[0]).toMatchObject({ origin: 'sibling', cause: { message: 'item' } })
    other.resolve('fine')
    const s = await settle
    expect(attempts).toBe(2)
    expect(s.values).toEqual({ other: 'fine' })
    expect(s.tasks.items).toMatchObject({ status: 'rejected', partial: new Map([[0, 'done']]) })
    expect(s.tasks.dependent).toEqual({ status: 'skipped', because: 'items' })
  })

  it('tells of each skipped task once', async () => {
    const events: WeaveEvent[] = []
    await weave()
      .do('bad', () => {
        throw new Error('x')
      })
      .do('skipped', ({ bad }) => bad)
      .do('good', () => 1)
      .settle({ onError: 'finish-independent', onEvent: (event) => events.push(event) })
    expect(events.filter(({ type }) => type === 'skip')).toMatchObject([
      { task: 'skipped', because: 'bad' },
    ])
    expect(events.at(-1)).toMatchObject({ type: 'finish', status: 'rejected' })
  })

  it('tells the items of a mapped task when the caller gives up, as any body', async () => {
    const controller = new AbortController()
    const reasons: unknown[] = []
    const run = weave()
      .each('items', [1, 2], { needs: [] }, async (_n, _deps, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        reasons.push(signal.reason)
      })
      .settle({ onError: 'finish-independent', signal: controller.signal, drain: true })
    await settledSoon()
    controller.abort('enough')
    await expect(run).rejects.toBe('enough')
    expect(reasons).toEqual(['enough', 'enough'])
  })

  it('still stops for the caller', async () => {
    const controller = new AbortController()
    const run = weave()
      .do('bad', () => {
        throw new Error('x')
      })
      .do(
        'waits',
        { needs: [] },
        (_deps, { signal }) => new Promise((_, no) => signal.addEventListener('abort', no)),
      )
      .settle({ onError: 'finish-independent', signal: controller.signal })
    await settledSoon()
    controller.abort('enough')
    await expect(run).rejects.toBe('enough')
  })
})

describe('drain', () => {
  it('waits for the bodies that were told to stop', async () => {
    const gate = deferred()
    const error = new Error('x')
    let ended = 0
    const run = weave()
      .do('a', async () => {
        await gate.promise
        ended++
      })
      .each('b', [1, 2], async () => {
        await gate.promise
        ended++
      })
      .do('bad', async () => {
        throw error
      })
      .run({ drain: true })
    let isOver = false
    run.catch(() => {
      isOver = true
    })
    await settledSoon()
    expect(isOver).toBe(false)
    gate.resolve()
    await expect(run).rejects.toBe(error)
    expect(ended).toBe(3)
    expect(resultOf(error)?.cancelled).toEqual(['a', 'b'])
  })

  it('waits for them too when the caller gave up, and for the ones that had been given up', async () => {
    const gate = deferred()
    const controller = new AbortController()
    const run = weave()
      .do('a', { timeoutMs: 1, retries: 0 }, () => gate.promise)
      .run({ drain: true, signal: controller.signal })
    await settledSoon()
    controller.abort('stop')
    let isOver = false
    run.catch(() => {
      isOver = true
    })
    await settledSoon()
    expect(isOver).toBe(false)
    gate.resolve()
    await expect(run).rejects.toBe('stop')
  })

  it('does not wait where nothing runs', async () => {
    const error = new Error('x')
    await expect(
      weave()
        .do('bad', () => {
          throw error
        })
        .run({ drain: true }),
    ).rejects.toBe(error)
  })
})
