/**
 * The part of the shared machinery that knows no executor: errors, declarations, frames, what travels, records. A thread
 * whose package makes no executor loads this alone: less than half of core.
 */
export {
  ConcError,
  type ConcErrorInit,
  DuplicateTaskError,
  InvalidOptionError,
} from '../errors/conc-error.js'
export { decodeError } from '../errors/decode-error.js'
export { encodeError } from '../errors/encode-error.js'
export { thrownText } from '../errors/envelope.js'
export {
  SerializationError,
  UnknownTaskError,
  UnsupportedWorkError,
  WorkerLostError,
} from '../errors/executor-error.js'
export { registerOwnErrors } from '../errors/register-error.js'
export { takeMoved } from '../move.js'
export { Cancellation, type Dependent } from './calls/cancellation.js'
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
export { checkThreadSettings } from './checks/thread-settings.js'
export { type Deferred, deferred } from './deferred.js'
export { didYouMean } from './did-you-mean.js'
export { Conditions } from './line/conditions.js'
export { type Member, Roster } from './line/roster.js'
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
export { processState } from './process-state.js'
export { isTraced, publish, traced } from './running/events.js'
export {
  currentFrame,
  type Frame,
  hasLaidFrames,
  inFrame,
  noFrame,
  type Rank,
  runInFrame,
  runUnframed,
  slotAround,
  whileSuspended,
} from './running/frame.js'
export { polledSignal } from './running/polled-signal.js'
export {
  describe,
  runTask,
  runTaskNow,
  type TaskSurroundings,
  taskFrame,
  validated,
} from './running/run-task.js'
export { newCallId, newIdTag, RunningTask, type RunningTaskInit } from './running/running-task.js'
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
