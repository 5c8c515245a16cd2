/** Shared machinery of the conc packages. Undocumented and unversioned: not for programs. */
// Built packages have one name of core to look up instead of two.
export * from '../index.js'
export { here } from '../inline.js'
export { completing, declareTask } from '../task.js'
export * from './base.js'
export {
  type AttemptRules,
  Attempts,
  blameByClass,
  delayBefore,
  mayRepeat,
  pause,
  runAttempts,
} from './calls/attempts.js'
export { Call } from './calls/call.js'
export { endsAsCancelled } from './calls/ends-as-cancelled.js'
export {
  attemptNumber,
  attemptOf,
  type BodyFailures,
  type CallRoot,
  endNow,
  type ForwardedOptions,
  follows,
  type LiveBody,
  type NestedHome,
  nestedHome,
  onBodyEnd,
  onBodyStart,
  reportsEnd,
  rootOf,
} from './calls/forwarded-options.js'
export { streamFrom, submitTo } from './calls/forwarding.js'
export { Intake, type IntakeInit, type RemoteWork } from './calls/intake.js'
export { Job, type JobEnd, type JobStatus } from './calls/job.js'
export {
  JobBoard,
  type JobBoardInit,
  type ReasonOf,
  reasonByStart,
  type SlotHolder,
} from './calls/job-board.js'
export { type Interruptible, JobCall } from './calls/job-call.js'
export { Lane } from './calls/lane.js'
export { ProxyExecutor, type ProxyInit } from './calls/proxy-executor.js'
export {
  type CallEnd,
  isTelling,
  startTold,
  type TellingExecutor,
  type ToldCall,
} from './calls/told-call.js'
export {
  checkExecutor,
  checkWork,
  executorName,
  isExecutor,
} from './checks/executor-checks.js'
export {
  queueFull,
  refuseClosure,
  refuseHomeless,
  refuseStream,
  refuseStreamTask,
} from './checks/refusals.js'
export { closeQuietly } from './close-quietly.js'
export type { Entered } from './line/entered.js'
export { KeepAlive } from './line/keep-alive.js'
export { type ClosingSteps, Lifecycle } from './line/lifecycle.js'
export { Line, type Place } from './line/line.js'
export { LineExecutor, type LineExecutorInit } from './line/line-executor.js'
export { Resumption, type Station } from './line/resumption.js'
export { type AskedAbove, type Borrower, Slot } from './line/slot.js'
export { Turn } from './line/turn.js'
export { isAlive, processBirth } from './process-birth.js'
export { findBodies, findBody } from './running/body-finders.js'
export { capabilitiesHere, capabilitiesOfPool, takes } from './running/capabilities.js'
export { iteratorOf, LocalProducer } from './running/local-producer.js'
export { OwnedStream } from './running/owned-stream.js'
export { failedHere, type Host, isRefused, produceHere, runHere } from './running/run-here.js'
export { type Settling, settle } from './running/settle.js'
export { StreamBody, type StreamHost } from './running/stream-body.js'
export { cutShort, type Producer, type StreamSource } from './running/stream-call.js'
export { holdsSlot } from './running/suspended-stream.js'
export { type StepAnswer, TaskStream } from './running/task-stream.js'
export type { Bytes, EncodedOutcome, FailurePhase } from './travel/encoded-work.js'
