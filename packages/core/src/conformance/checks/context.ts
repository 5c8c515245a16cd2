import type { Check } from '../check.js'
import { type Facts, look, lookDeeper, lookWithTenant, store, tenant } from '../context-tasks.js'
import type { Harness } from '../harness.js'
import { closures, identity } from '../needs.js'
import { reportProgress } from '../tasks.js'

const trace = {
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'user=7',
}

/** Promise 10: what surrounds the caller is there in the body. */
export const contextChecks: readonly Check[] = [
  {
    promise: 10,
    title: '`currentTask` describes the call',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const { inner, outer } = await h.fulfils(executor.submit(lookDeeper, []), 'the call')
      h.same(outer.name, 'conc-kit/look-deeper', '`name`')
      h.same(outer.attempt, 1, '`attempt`')
      h.ok(outer.executor, '`executor` is empty.')
      h.ok(outer.id && inner.id && outer.id !== inner.id, '`id` is not unique.')
      h.same(outer.parentId, undefined, '`parentId` of a call from outside')
      h.same(inner.parentId, outer.id, '`parentId` of the nested call')
    },
  },
  {
    promise: 10,
    title: 'a nested call runs on the executor that runs its parent',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const { inner, outer } = await h.fulfils(executor.submit(lookDeeper, []), 'the call')
      h.ok(outer.hasAmbient, 'there is no ambient executor inside the body.')
      h.same(inner.executor, outer.executor, 'the executor of the nested call')
    },
  },
  {
    promise: 10,
    title: '`headers` arrive, in nested calls too',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const nested = { headers: { baggage: 'user=8', extra: 'yes' } }
      const call = executor.submit(lookDeeper, [nested], { headers: trace })
      const { outer, inner } = await h.fulfils(call, 'the call')
      hasHeaders(h, outer, trace, 'the body')
      const merged = { ...trace, baggage: 'user=8', extra: 'yes' }
      hasHeaders(h, inner, merged, 'a nested call with headers of its own')
      const { headers } = await h.fulfils(executor.submit(look, []), 'the next call')
      h.same(headers.traceparent, undefined, 'the header of an earlier call')
    },
  },
  {
    promise: 10,
    title: 'context variables arrive, in nested calls too',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const call = tenant.run('acme', () => executor.submit(lookDeeper, []))
      const { outer, inner } = await h.fulfils(call, 'the call')
      h.same(outer.tenant, 'acme', 'the context variable in the body')
      h.same(inner.tenant, 'acme', 'the context variable in the nested call')
    },
  },
  {
    promise: 10,
    title: 'each call sees the context variables of its own caller',
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const names = ['one', 'two', 'three']
      const calls = names.map((name) => tenant.run(name, () => executor.submit(look, [])))
      calls.push(executor.submit(look, []))
      const facts = await h.fulfils(Promise.all(calls), 'the calls')
      const seen = facts.map((fact) => fact.tenant)
      h.equal(seen, [...names, 'none'], 'the context variable in each body')
    },
  },
  {
    promise: 10,
    title: 'context variables travel one way, from caller to callee',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const call = tenant.run('outer', () => executor.submit(lookWithTenant, ['inner']))
      const { inner, after } = await h.fulfils(call, 'the call')
      h.same(inner.tenant, 'inner', 'the context variable in the nested call')
      h.same(after.tenant, 'outer', 'the context variable after the nested call')
    },
  },
  {
    promise: 10,
    title: "in this process a task sees its caller's AsyncLocalStorage, also after waiting",
    needs: [identity],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const first = h.hold(executor, 'first')
      await first.started()
      const calls = ['a', 'b'].map((name) => store.run(name, () => executor.submit(look, [])))
      await first.finish()
      const facts = await h.fulfils(Promise.all(calls), 'the calls')
      h.equal(
        facts.map((fact) => fact.store),
        ['a', 'b'],
        'the AsyncLocalStorage in each body',
      )
    },
  },
  {
    promise: 10,
    title: "a function sees its caller's AsyncLocalStorage, also after waiting",
    needs: [identity, closures],
    async run(h: Harness): Promise<void> {
      const executor = await h.open({ concurrency: 1 })
      const first = h.hold(executor, 'first')
      await first.started()
      const read = (): string | undefined => store.getStore()
      const submit = () => executor.submit(read, [])
      const calls = ['a', 'b'].map((name) => store.run(name, submit))
      await first.finish()
      const seen = await h.fulfils(Promise.all(calls), 'the calls')
      h.equal(seen, ['a', 'b'], 'the AsyncLocalStorage in each function')
    },
  },
  {
    promise: 10,
    title: 'progress reaches the submitter, in order and before the result',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      const told: unknown[] = []
      const onProgress = (data: unknown): void => {
        told.push(data)
      }
      const steps = [1, { done: 0.5 }, 'nearly']
      await h.fulfils(executor.submit(reportProgress, [steps], { onProgress }), 'the call')
      h.equal(told, steps, 'what `onProgress` was told')
    },
  },
  {
    promise: 10,
    title: '`onProgress` is called in the surroundings of its own call',
    async run(h: Harness): Promise<void> {
      const executor = await h.open()
      await store.run('first', () => h.passThrough(executor))
      const told: unknown[] = []
      const onProgress = (): void => void told.push(store.getStore())
      const submit = () => executor.submit(reportProgress, [[1]], { onProgress })
      await h.fulfils(store.run('second', submit), 'the call')
      h.equal(told, ['second'], 'what surrounded `onProgress`')
    },
  },
]

function hasHeaders(
  h: Harness,
  facts: Facts,
  expected: Readonly<Record<string, string>>,
  where: string,
): void {
  for (const [key, value] of Object.entries(expected)) {
    h.same(facts.headers[key], value, `the header '${key}' in ${where}`)
  }
}
