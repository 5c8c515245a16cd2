import { AsyncLocalStorage } from 'node:async_hooks'
import { currentExecutor } from '../ambient.js'
import { type ContextVar, contextVar } from '../context-var.js'
import type { SubmitOptions } from '../executor.js'
import { type Task, task } from '../task.js'
import { currentTask } from '../task-context.js'

/** What a body knows of its call. */
export interface Facts {
  readonly id: string | undefined
  readonly name: string | undefined
  readonly attempt: number | undefined
  readonly executor: string | undefined
  readonly deadline: number | undefined
  readonly parentId: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly tenant: string
  readonly store: string | undefined
  readonly hasAmbient: boolean
}

/** A context variable whose default says that no value came along. */
export const tenant: ContextVar<string> = contextVar<string>('conc-kit/tenant', { default: 'none' })

/** Seen by bodies that run in the caller's process. */
export const store: AsyncLocalStorage<string> = new AsyncLocalStorage<string>()

export const look: Task<[], Facts> = task('conc-kit/look', () => facts())

/** With a `timeoutMs` of its own, far longer than any check. */
export const lookInTime: Task<[], Facts> = task('conc-kit/look-in-time', () => facts(), {
  timeoutMs: 600_000,
})

/** What a body sees, and what its nested call with `options` sees. */
export const lookDeeper: Task<
  [options?: SubmitOptions],
  Promise<{ outer: Facts; inner: Facts }>
> = task('conc-kit/look-deeper', async (options: SubmitOptions = {}) => ({
  outer: facts(),
  inner: await look.with(options)(),
}))

/** A nested call with a value of its own for the context variable, and what is set here afterwards. */
export const lookWithTenant: Task<[value: string], Promise<{ inner: Facts; after: Facts }>> = task(
  'conc-kit/look-with-tenant',
  async (value: string) => {
    const inner = await tenant.run(value, () => look())
    return { inner, after: facts() }
  },
)

function facts(): Facts {
  const context = currentTask()
  return {
    id: context?.id,
    name: context?.name,
    attempt: context?.attempt,
    executor: context?.executor,
    deadline: context?.deadline,
    parentId: context?.parentId,
    headers: { ...context?.headers },
    tenant: tenant.get(),
    store: store.getStore(),
    hasAmbient: currentExecutor() !== undefined,
  }
}
