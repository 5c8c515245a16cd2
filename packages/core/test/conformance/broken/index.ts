import type { PromiseNumber } from '../../../src/conformance/index.js'
import { brokenBackPressure } from './of-back-pressure.js'
import { brokenCancel } from './of-cancel.js'
import { brokenClose } from './of-close.js'
import { brokenContext } from './of-context.js'
import { brokenDeadlines } from './of-deadlines.js'
import { brokenErrors } from './of-errors.js'
import { brokenLimit } from './of-limit.js'
import { brokenRefusals } from './of-refusals.js'
import { brokenRetries } from './of-retries.js'
import { brokenSettlement } from './of-settlement.js'
import { brokenStreams } from './of-streams.js'
import { brokenValues } from './of-values.js'
import { brokenWorkerStart } from './of-worker-start.js'
import type { BrokenExecutor } from './plain-executor.js'

/** By the number of the promise that they break first. */
export const brokenExecutors: ReadonlyMap<PromiseNumber, readonly BrokenExecutor[]> = new Map<
  PromiseNumber,
  readonly BrokenExecutor[]
>([
  [1, brokenSettlement],
  [2, brokenLimit],
  [3, brokenCancel],
  [4, brokenDeadlines],
  [5, brokenErrors],
  [6, brokenValues],
  [7, brokenRetries],
  [8, brokenBackPressure],
  [9, brokenStreams],
  [10, brokenContext],
  [11, brokenClose],
  [12, brokenWorkerStart],
  [13, brokenRefusals],
])
