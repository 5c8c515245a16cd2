import { type SettledResult, weave } from '@conc/weave'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { steps } from '../support/background-modules.js'
import { deferred } from '../support/deferred.js'

type Ending = 'returns' | 'throws' | 'cancels' | 'aborts' | 'times out'
type Callback = 'returns' | 'throws' | 'rejects' | 'is slow'

const endings = fc.constantFrom<Ending[]>('returns', 'throws', 'cancels', 'aborts', 'times out')
const callbacks = fc.constantFrom<Callback[]>('returns', 'throws', 'rejects', 'is slow')

describe('onDone', () => {
  it('is called once and before done settles, whatever ends first here', async () => {
    const plan = fc.record({
      asked: fc.array(endings, { minLength: 1, maxLength: 4 }),
      callback: callbacks,
      s: fc.scheduler(),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ asked, callback, s }) => {
        const body = deferred<string>()
        const control = new AbortController()
        const trace: string[] = []
        const handle = weave()
          .do('first', () => 'first')
          .do('body', { after: ['first'], needs: [] }, () => body.promise)
          .background({
            signal: control.signal,
            timeoutMs: asked.includes('times out') ? 1 : 60_000,
            onDone: async ({ tasks }: SettledResult) => {
              trace.push(`called ${Object.keys(tasks)}`)
              if (callback === 'is slow') await s.schedule(Promise.resolve(), 'callback')
              if (callback !== 'returns' && callback !== 'is slow') throw new Error(callback)
            },
          })
        const end = handle.done.then(
          () => trace.push('done'),
          () => trace.push('done'),
        )
        const acts: Record<Ending, () => void> = {
          returns: () => body.resolve('body'),
          throws: () => body.reject(new Error('no')),
          cancels: () => handle.cancel(new Error('cancel')),
          aborts: () => control.abort(new Error('abort')),
          'times out': () => {},
        }
        for (const ending of asked) void s.schedule(Promise.resolve(), ending).then(acts[ending])
        await s.waitFor(end)
        body.resolve('late')
        expect(trace).toEqual([expect.stringMatching(/^called/), 'done'])
        expect(handle.status).not.toMatch(/starting|running/)
      }),
      { numRuns: 200 },
    )
  })

  it('is called once and before done settles, whatever ends a thread or process first', async () => {
    const plan = fc.record({
      where: fc.constantFrom('thread', 'process'),
      way: fc.constantFrom('returns', 'throws', 'waits', 'ignores', 'exits', 'crashes', 'starves'),
      cancelAt: fc.constantFrom('at once', 'started', 'first event', 'never'),
      callback: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(plan, async ({ where, way, cancelAt, callback }) => {
        const trace: string[] = []
        const handle = steps.background(
          { way },
          {
            where,
            graceMs: 10,
            ...((way === 'waits' || way === 'ignores') && { timeoutMs: 2000 }),
            onEvent: () => cancelAt === 'first event' && handle.cancel(new Error('cancel')),
            onDone: () => {
              trace.push('called')
              if (callback) throw new Error('callback')
            },
          },
        )
        if (cancelAt === 'at once') handle.cancel(new Error('cancel'))
        if (cancelAt === 'started') {
          handle.started.then(
            () => handle.cancel(new Error('cancel')),
            () => {},
          )
        }
        await handle.done.then(
          () => trace.push('done'),
          () => trace.push('done'),
        )
        expect(trace).toEqual(['called', 'done'])
      }),
      { numRuns: 25 },
    )
  }, 240_000)
})
