import { Timer } from '@conc/core/internal'
import type { AnyIterOptions } from '../options.js'
import { type Reader, readerOf } from '../results.js'
import type { PoolJob } from '../tasks/pool-job.js'
import type { Watch } from './watch.js'

export interface RoundOptions {
  readonly yieldWhen: 'all' | 'first' | 'firstError'
  readonly roundMs: number
  readonly flat: boolean
  readonly read: Reader
  readonly failsFast: boolean
  readonly signal: AbortSignal | undefined
}

/** The defaults of `IterOptions`. */
export function roundOptions(
  options: AnyIterOptions & { readonly signal?: AbortSignal },
): RoundOptions {
  return {
    yieldWhen: options.yieldWhen ?? 'all',
    roundMs: options.roundMs ?? Number.POSITIVE_INFINITY,
    flat: options.flat ?? true,
    read: readerOf(options.results),
    failsFast: options.results === 'values',
    signal: options.signal,
  }
}

/** Waits round by round for the tasks under watch, and yields what each round brought. */
export async function* rounds(
  watch: Watch,
  options: RoundOptions,
): AsyncGenerator<unknown, void, undefined> {
  while (watch.unfinished > 0 || watch.hasDone) {
    await roundEnd(watch, options)
    yield* given(watch.takeDone(), options)
    await throwFailure(watch, options)
  }
}

/** Yields tasks in the order given, each as soon as it and those before it are done. */
export async function* inOrder(
  jobs: readonly PoolJob[],
  watch: Watch,
  options: RoundOptions,
): AsyncGenerator<unknown, void, undefined> {
  for (let index = 0; index < jobs.length; ) {
    const next = jobs[index] as PoolJob
    await watch.until(() => next.isDone || watch.failure !== undefined, options.signal)
    const end = jobs.findIndex((job, at) => at >= index && !isGiven(job, options))
    const ready = jobs.slice(index, end < 0 ? undefined : end)
    index += ready.length
    yield* given(ready, options)
    await throwFailure(watch, options)
  }
}

/** Where a failure ends the call: throws it, when what it cancelled has ended. */
export async function throwFailure(watch: Watch, { signal }: RoundOptions): Promise<void> {
  if (watch.failure === undefined) return
  await watch.until(() => watch.unfinished === 0, signal)
  throw watch.failure.outcome
}

/** What was done, one by one or as one array; nothing of nothing. */
export function* given(
  jobs: readonly PoolJob[],
  { flat, read }: Pick<RoundOptions, 'flat' | 'read'>,
): Generator<unknown, void, undefined> {
  if (!flat && jobs.length > 0) yield jobs.map(read)
  else for (const job of jobs) yield read(job)
}

async function roundEnd(watch: Watch, options: RoundOptions): Promise<void> {
  let isTimeUp = false
  const timer = new Timer(options.roundMs, () => {
    isTimeUp = true
    watch.check()
  })
  const isOver = (): boolean =>
    isTimeUp || watch.failure !== undefined || isComplete(watch, options.yieldWhen)
  try {
    await watch.until(isOver, options.signal)
  } finally {
    timer.clear()
  }
}

function isComplete(watch: Watch, yieldWhen: RoundOptions['yieldWhen']): boolean {
  if (watch.unfinished === 0) return true
  if (yieldWhen === 'first') return watch.hasDone
  return yieldWhen === 'firstError' && watch.hasRejected
}

function isGiven(job: PoolJob, { failsFast }: RoundOptions): boolean {
  return failsFast ? job.status === 'fulfilled' : job.isDone
}
