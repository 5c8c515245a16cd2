/** Shared machinery of the conc packages. Undocumented and unversioned: not for programs. */
export { here } from '../inline.js'
export { takeMoved } from '../move.js'
export {
  type AttemptRules,
  Attempts,
  delayBefore,
  mayRepeat,
  pause,
  runAttempts,
} from './attempts.js'
export { type BootOptions, bootThread, type StartReport, threadRole } from './boot-thread.js'
export { Call } from './call.js'
export { callerModule, moduleUrl } from './call-site.js'
export { Cancellation, type Dependent } from './cancellation.js'
export { Conditions } from './conditions.js'
export { type Deferred, deferred } from './deferred.js'
export {
  type Bytes,
  type EncodedCall,
  type EncodedExecutor,
  type EncodedOptions,
  type EncodedOutcome,
  type FailurePhase,
  streamEncoded,
  submitEncoded,
  takesEncoded,
} from './encoded-work.js'
export { endsAsCancelled } from './ends-as-cancelled.js'
export type { Entered } from './entered.js'
export { isTraced, publish, traced } from './events.js'
export {
  checkExecutor,
  checkWork,
  executorName,
  isExecutor,
  refuseClosure,
  refuseStreamTask,
} from './executor-checks.js'
export {
  attemptNumber,
  type ForwardedOptions,
  follows,
  onBodyEnd,
  reportsEnd,
} from './forwarded-options.js'
export { streamFrom, submitTo } from './forwarding.js'
export { currentFrame, type Frame, inFrame, runInFrame, whileSuspended } from './frame.js'
export { Job, type JobEnd, type JobStatus } from './job.js'
export {
  JobBoard,
  type JobBoardInit,
  type ReasonOf,
  reasonByStart,
  type SlotHolder,
} from './job-board.js'
export { type Interruptible, JobCall } from './job-call.js'
export { type ClosingSteps, Lifecycle } from './lifecycle.js'
export { Line, type Place } from './line.js'
export { LineExecutor, type LineExecutorInit } from './line-executor.js'
export { iteratorOf, LocalProducer } from './local-producer.js'
export { assertNotImporting, importModules, loadTask, resolveModule } from './modules.js'
export {
  checkArguments,
  checkCloseOptions,
  checkCount,
  checkDuration,
  checkFunction,
  checkKeys,
  checkLimit,
  checkObject,
  checkOneOf,
  checkPause,
  checkPositiveInteger,
  checkRetry,
  checkSignal,
  checkSubmitOptions,
} from './option-checks.js'
export { processState } from './process-state.js'
export { type Member, Roster } from './roster.js'
export { blameHere, type Host, produceHere, runHere } from './run-here.js'
export { describe, runTask, type TaskSurroundings, taskFrame, validated } from './run-task.js'
export { newCallId, RunningTask, type RunningTaskInit } from './running-task.js'
export { type AbortListener, listenTo, stopListening } from './signals.js'
export { type Borrower, Slot } from './slot.js'
export { keepSparse } from './sparse-keys.js'
export {
  checkName,
  definitionOf,
  registry,
  type TaskDefinition,
  type TaskRegistry,
  taskDefinition,
} from './task-definition.js'
export { type Producer, type StreamSource, TaskStream } from './task-stream.js'
export { Timer } from './timers.js'
export {
  captureContext,
  restoredFrame,
  type TravelContext,
  type Traveller,
} from './travel-context.js'
export { Turn } from './turn.js'
export { emptiedClass, findEmptied, findUncloneable, type Uncloneable } from './uncloneable.js'
export { className, nounOf, pathTo, pathToEntry } from './value-path.js'
