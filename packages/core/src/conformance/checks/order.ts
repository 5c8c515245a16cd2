import type { Check } from '../check.js'
import type { Harness } from '../harness.js'
import { bounded, closures, identity, priorities } from '../needs.js'
import { mark, marks } from '../tasks.js'

/** Promise 2, the order: what starts when. */
export const orderChecks: readonly Check[] = [
  {
    promise: 2,
    title: 'work starts in the order of its submits',
    needs: [bounded],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const ids = ['a', 'b', 'c', 'd', 'e', 'f']
      const calls = h.holdAll(executor, ids)
      h.gate.releaseAll()
      await h.fulfils(Promise.all(calls.map(({ promise }) => promise)), 'all calls')
      h.equal(h.gate.idsOf('started'), ids, 'the order of the starts')
    },
  },
  {
    promise: 2,
    title: 'functions start in the order of their submits',
    needs: [closures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const order: number[] = []
      const calls = [0, 1, 2, 3, 4].map((number) =>
        executor.submit(async () => {
          order.push(number)
        }, []),
      )
      await h.fulfils(Promise.all(calls), 'all calls')
      h.equal(order, [0, 1, 2, 3, 4], 'the order of the starts')
    },
  },
  {
    promise: 2,
    title: 'no task starts inside the synchronous part of submit',
    needs: [identity],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      marks.length = 0
      const call = h.call(() => executor.submit(mark, ['ran']), 'submit')
      h.equal([...marks], [], 'what had run when submit returned')
      await h.fulfils(call, 'the call')
      h.equal([...marks], ['ran'], 'what had run when the call settled')
    },
  },
  {
    promise: 2,
    title: 'no function starts inside the synchronous part of submit',
    needs: [closures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      let hasRun = false
      const call = h.call(
        () =>
          executor.submit(() => {
            hasRun = true
          }, []),
        'submit',
      )
      h.ok(!hasRun, 'a function ran before submit had returned.')
      await h.fulfils(call, 'the call')
    },
  },
  {
    promise: 2,
    title: 'higher priorities start first, equal ones in the order of their submits',
    needs: [bounded, priorities],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const first = h.hold(executor, 'first')
      await first.started()
      for (const [id, priority] of Object.entries({ a: 0, b: 5, c: 5, d: -1, e: 7 })) {
        h.hold(executor, id, { priority })
      }
      await h.quiet()
      h.gate.releaseAll()
      await h.fulfils(h.gate.seen('d', 'ended'), 'the call of the lowest priority')
      const order = ['first', 'e', 'b', 'c', 'a', 'd']
      h.equal(h.gate.idsOf('started'), order, 'the order of the starts')
    },
  },
]
