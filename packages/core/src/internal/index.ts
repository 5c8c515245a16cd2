/** Shared machinery of the conc packages. Undocumented and unversioned: not for programs. */
export { thrownText } from '../errors/envelope.js'
export { registerOwnErrors } from '../errors/register-error.js'
// Built packages have one name of core to look up instead of two.
export * from '../index.js'
export { here } from '../inline.js'
export { takeMoved } from '../move.js'
export { completing, declareTask } from '../task.js'
export {
  type AttemptRules,
  Attempts,
  delayBefore,
  mayRepeat,
  pause,
  runAttempts,
} from './calls/attempts.js'
export { Call } from './calls/call.js'
export { Cancellation, type Dependent } from './calls/cancellation.js'
export { endsAsCancelled } from './calls/ends-as-cancelled.js'
export {
  attemptNumber,
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
  checkArguments,
  checkBoolean,
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
  checkText,
  checkWaitOptions,
  describedAs,
  describedByKind,
} from './checks/option-checks.js'
export {
  queueFull,
  refuseClosure,
  refuseHomeless,
  refuseStream,
  refuseStreamTask,
} from './checks/refusals.js'
export { checkThreadSettings } from './checks/thread-settings.js'
export { closeQuietly } from './close-quietly.js'
export { type Deferred, deferred } from './deferred.js'
export { didYouMean } from './did-you-mean.js'
export { Conditions } from './line/conditions.js'
export type { Entered } from './line/entered.js'
export { KeepAlive } from './line/keep-alive.js'
export { type ClosingSteps, Lifecycle } from './line/lifecycle.js'
export { Line, type Place } from './line/line.js'
export { LineExecutor, type LineExecutorInit } from './line/line-executor.js'
export { Resumption, type Station } from './line/resumption.js'
export { type Member, Roster } from './line/roster.js'
export { type AskedAbove, type Borrower, Slot } from './line/slot.js'
export { Turn } from './line/turn.js'
export { captureConsole } from './logs/capture-console.js'
export {
  checkLevel,
  fuller,
  isLevel,
  isShown,
  type Level,
  type RecordLevel,
} from './logs/level.js'
export {
  type LogOutlet,
  levelHere,
  logOutlet,
  printsAt,
  sayHere,
  setLogOutlet,
} from './logs/log-outlet.js'
export type { LogReader } from './logs/log-reader.js'
export type { LogRecord } from './logs/log-record.js'
export { originHere } from './logs/origin.js'
export { ParentOutlet } from './logs/parent-outlet.js'
export { textFields } from './logs/text-fields.js'
export { ThreadOutlet } from './logs/thread-outlet.js'
export { sayIn, type ThreadLogs, ThreadRecords } from './logs/thread-records.js'
export { showWantedLevel } from './logs/wanted-level.js'
export { isAlive, processBirth } from './process-birth.js'
export { processState } from './process-state.js'
export { findBodies, findBody } from './running/body-finders.js'
export { capabilitiesHere, capabilitiesOfPool, takes } from './running/capabilities.js'
export { isTraced, publish, traced } from './running/events.js'
export {
  currentFrame,
  type Frame,
  hasLaidFrames,
  inFrame,
  type Rank,
  runInFrame,
  runUnframed,
  slotAround,
  whileSuspended,
} from './running/frame.js'
export { iteratorOf, LocalProducer } from './running/local-producer.js'
export { OwnedStream } from './running/owned-stream.js'
export { polledSignal } from './running/polled-signal.js'
export { blameHere, type Host, produceHere, runHere } from './running/run-here.js'
export {
  describe,
  runTask,
  runTaskNow,
  type TaskSurroundings,
  taskFrame,
  validated,
} from './running/run-task.js'
export { newCallId, newIdTag, RunningTask, type RunningTaskInit } from './running/running-task.js'
export { type Settling, settle } from './running/settle.js'
export { StreamBody, type StreamHost } from './running/stream-body.js'
export { cutShort, type Producer, type StreamSource } from './running/stream-call.js'
export { holdsSlot } from './running/suspended-stream.js'
export { type StepAnswer, TaskStream } from './running/task-stream.js'
export { type AbortListener, listenTo, stopListening, unlessAborted } from './signals.js'
export { keepSparse } from './sparse-keys.js'
export { type BootOptions, bootThread, type StartReport, threadRole } from './tasks/boot-thread.js'
export { callerModule, moduleUrl } from './tasks/call-site.js'
export { assertNotImporting, importModules, loadTask, resolveModule } from './tasks/modules.js'
export {
  checkName,
  definitionOf,
  isDeclaredTask,
  registry,
  type TaskDefinition,
  type TaskRegistry,
  taskDefinition,
} from './tasks/task-definition.js'
export { Timer } from './timers.js'
export type { Bytes, EncodedOutcome, FailurePhase } from './travel/encoded-work.js'
export {
  captureContext,
  restoredFrame,
  type TravelContext,
  type Traveller,
} from './travel/travel-context.js'
export {
  emptiedClass,
  findEmptied,
  findUncloneable,
  type Uncloneable,
} from './travel/uncloneable.js'
export { className, nounOf, pathTo, pathToEntry } from './travel/value-path.js'
export { expectReader, wasRead } from './unread-failures.js'
