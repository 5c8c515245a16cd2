import type { Capabilities, Executor } from '../executor.js'
import { reportsEnd } from '../internal/calls/forwarded-options.js'
import type { ConformanceOptions, CreateExecutor } from './executor-setup.js'
import { kitModules } from './kit-modules.js'

/** The executor under test, as far as it decides which checks apply. */
export interface Subject {
  readonly create: CreateExecutor
  readonly brokenStart: CreateExecutor | undefined
  readonly modules: readonly string[]
  readonly guardMs: number
  readonly shortTimeoutMs: number
  readonly capabilities: Capabilities
  readonly isBounded: boolean
  readonly hasQueueLimit: boolean
  readonly hasSeparateWorkers: boolean
  /** Whether it tells executors in front of it how bodies end. */
  readonly tellsInFront: boolean
}

/** Opens one executor to read what it says of itself, and closes it unused. */
export async function probe(
  create: CreateExecutor,
  options: ConformanceOptions = {},
): Promise<Subject> {
  const modules = (options.modules ?? []).map(String)
  const executor = await create({
    concurrency: 2,
    queueLimit: Number.POSITIVE_INFINITY,
    modules: [...kitModules, ...modules],
    graceMs: 30_000,
  })
  const { capabilities } = executor
  await closeUnused(executor)
  const ignores = options.ignores ?? []
  return {
    create,
    brokenStart: options.brokenStart,
    modules,
    guardMs: options.guardMs ?? 5000,
    shortTimeoutMs: options.shortTimeoutMs ?? (capabilities.values === 'identity' ? 40 : 100),
    capabilities,
    isBounded: !ignores.includes('concurrency'),
    hasQueueLimit: !ignores.includes('queueLimit'),
    hasSeparateWorkers: options.separateWorkers ?? false,
    tellsInFront: reportsEnd in executor,
  }
}

/** The checks say whether close works; here it must not stand in their way. */
async function closeUnused(executor: Executor): Promise<void> {
  const closed = executor.close({ pending: 'reject' })
  closed.then(undefined, () => {})
}
