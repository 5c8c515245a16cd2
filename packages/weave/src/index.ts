export { WeaveCallbackError, WeaveNotPortableError } from './background/background-errors.js'
export type { BackgroundHandle } from './background/background-handle.js'
export type { BackgroundOptions, Where } from './background/background-options.js'
export type { BackgroundReport, BackgroundStatus } from './background/background-report.js'
export { readBackground } from './background/read-background.js'
export type { NamedWeave } from './builder/named-weave.js'
// What the declaration of an exported weave is written with.
export type { Env, InputRows, MapOver, Row } from './builder/rows.js'
export type { Defaults, EachOptions, TaskOptions } from './builder/task-options.js'
export type { Weave } from './builder/weave-type.js'
export type { ClassOptions } from './classes/class-options-type.js'
export type { ClassInputs, ClassWeave, TaskNames, Use } from './classes/class-rows.js'
export { type EachField, each } from './classes/each-field.js'
export { task } from './classes/task-decorator.js'
export {
  MissingInputError,
  OpaqueTaskError,
  UnknownExecutorError,
  UnresolvedDependencyError,
  WeaveAsyncError,
  WeaveContextError,
  WeaveCycleError,
  WeaveDepthError,
  WeaveNameError,
  WeaveNotIterableError,
  WeavePendingLimitError,
  WeavePlanError,
} from './errors.js'
export { batch, denone, flatten, fold } from './helpers/lists.js'
export { redict, undict } from './helpers/pairs.js'
export { merge } from './merge/merge.js'
export type { Merge } from './merge/merge-type.js'
export { type OffloadOptions, offload } from './merge/offload.js'
export type { NamedOptions } from './named/named-options.js'
export type { Plan, PlanJSON, PlanOptions } from './plan/plan.js'
export type { PlannedTask } from './plan/planned-task.js'
export { type Outcome, resultOf, type SettledResult } from './result/settled-result.js'
export type { TaskTiming, Timings } from './result/timings.js'
export { inOrder, type PartialResult, type WeaveResult } from './result/weave-result.js'
export type { Only, RunOptions, SyncOptions } from './run/run-options.js'
export type { WeaveContext } from './run/weave-context.js'
export type { DebugOptions, ShownValues } from './seeing/seeing-options.js'
export type { UnfinishedTask, WeaveEvent } from './seeing/weave-event.js'
export { weave } from './weave.js'
