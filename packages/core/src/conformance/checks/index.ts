import type { Check } from '../check.js'
import { backPressureChecks } from './back-pressure.js'
import { cancelChecks } from './cancel.js'
import { closeChecks } from './close.js'
import { closeStreamChecks } from './close-streams.js'
import { contextChecks } from './context.js'
import { deadlineChecks } from './deadlines.js'
import { errorChecks } from './errors.js'
import { errorsLetOutChecks } from './errors-let-out.js'
import { limitChecks } from './limit.js'
import { lossChecks } from './losses.js'
import { mixedWorkChecks } from './mixed-work.js'
import { orderChecks } from './order.js'
import { refusalChecks } from './refusals.js'
import { residueChecks } from './residue.js'
import { retryChecks } from './retries.js'
import { settlementChecks } from './settlement.js'
import { streamEndChecks } from './stream-ends.js'
import { streamChecks } from './streams.js'
import { valueChecks } from './values.js'
import { workerStartChecks } from './worker-start.js'

/** Every check of the kit, in the order of the promises. */
export const allChecks: readonly Check[] = [
  ...settlementChecks,
  ...residueChecks,
  ...limitChecks,
  ...orderChecks,
  ...cancelChecks,
  ...deadlineChecks,
  ...errorChecks,
  ...valueChecks,
  ...retryChecks,
  ...errorsLetOutChecks,
  ...lossChecks,
  ...backPressureChecks,
  ...streamChecks,
  ...streamEndChecks,
  ...contextChecks,
  ...closeChecks,
  ...closeStreamChecks,
  ...mixedWorkChecks,
  ...workerStartChecks,
  ...refusalChecks,
]
