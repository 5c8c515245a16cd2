import type { Executor } from '@conc/core'
import { type Cancellation, currentFrame, type RunningTask, type Slot } from '@conc/core/internal'
import { executorNamed } from '../plan/executors.js'
import { type Around, currentAround, innermostTask } from './around.js'
import type { AnyRunOptions } from './run-options.js'
import type { WeaveContext } from './weave-context.js'

/** What a run takes over from where it was started. */
export interface Surroundings {
  readonly around: Around | undefined
  /** The declared task around the run. */
  readonly taskAround: RunningTask | undefined
  /** The innermost task around the run. */
  readonly parent: WeaveContext | RunningTask | undefined
  /** Whose cancel is the run's too. */
  readonly parents: readonly Cancellation[]
  readonly slots: readonly Slot[]
  /** Epoch ms. */
  readonly deadline: number | undefined
  /** Where tasks run that name no executor. */
  readonly executor: Executor | undefined
}

/**
 * @param around the body that the run is part of, where that is known better than by the async context.
 * @throws {UnknownExecutorError}
 */
export function surroundings(
  { executor, executors = {}, timeoutMs = Number.POSITIVE_INFINITY }: AnyRunOptions,
  around: Around | undefined = currentAround(),
): Surroundings {
  const frame = currentFrame()
  const parents = [around?.cancellation, frame?.task?.cancellation]
  const ends = [around?.deadline, frame?.deadline, frame?.task?.deadline]
  if (timeoutMs !== Number.POSITIVE_INFINITY) ends.push(Date.now() + timeoutMs)
  const named =
    typeof executor === 'string' ? executorNamed(executor, executors, undefined) : executor
  return {
    around,
    taskAround: frame?.task,
    parent: innermostTask(around, frame?.task),
    parents: [...new Set(parents)].filter((one) => one !== undefined),
    slots: around?.slots ?? [],
    deadline: earliest(ends),
    executor: named ?? around?.host.executor ?? frame?.executor,
  }
}

function earliest(ends: readonly (number | undefined)[]): number | undefined {
  const known = ends.filter((end) => end !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
