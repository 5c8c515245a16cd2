import type { Executor } from '@conc/core'
import { type Cancellation, currentFrame, type RunningTask, type Slot } from '@conc/core/internal'
import { bareAround } from './bare-body.js'
import type { Host } from './host.js'
import type { WeaveContext } from './weave-context.js'

/** What surrounds a running body, for the weaves and merges that are nested in it. */
export interface Around {
  readonly host: Host
  /** Of the body; `undefined` where only its run is known. */
  readonly context: WeaveContext | undefined
  /** What the task itself runs on. */
  readonly executor: Executor | undefined
  readonly cancellation: Cancellation
  readonly deadline: number | undefined
  /** Under the body, the innermost limit's first. */
  readonly slots: readonly Slot[]
}

/** The weave's body around this code; `undefined` outside of one. */
export function currentAround(): Around | undefined {
  return (currentFrame()?.weave as Around | undefined) ?? bareAround()
}

/** The task around this code, a weave's or a declared one, whichever is further inside. */
export function innermostTask(
  around: Around | undefined,
  task: RunningTask | undefined,
): WeaveContext | RunningTask | undefined {
  // A declared task that the weave did not find around itself runs inside of the weave's body.
  if (around?.context === undefined || task !== around.host.taskAround) return task
  return around.context
}
