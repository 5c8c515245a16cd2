import { type EncodedError, encodeError } from '@conc/core'
import { Cancellation, loadTask, RunningTask, runTask } from '@conc/core/internal'
import type { BackgroundStatus } from '../background-report.js'
import type { Ended } from '../messages.js'
import type { DetachedRequest } from '../request.js'
import type { ProcessLife } from './process-life.js'
import type { RecordKeeper } from './record-keeper.js'
import type { Reporter } from './reporter.js'

/** Tells of a detached run: in the result file, then the task that wants to know, then a parent that may be gone. */
export function detachedReporter(
  request: DetachedRequest,
  life: ProcessLife,
  record: RecordKeeper,
  parent: Reporter,
): Reporter {
  return {
    started() {
      record.running()
      parent.started()
    },
    report(report) {
      record.take(report)
      parent.report(report)
    },
    event() {},
    async ended(ended) {
      const exitCode = life.exitCodeOf(ended)
      life.exitCode = exitCode
      record.ended(ended, statusOf(ended), exitCode)
      const callbackError = await callBack(request, record)
      if (callbackError) {
        life.exitCode = exitCode || 1
        record.callbackFailed(callbackError, exitCode || 1)
      }
      await parent.ended({ ...ended, ...(callbackError && { callbackError }) })
    },
  }
}

function statusOf({ status }: Ended): BackgroundStatus {
  return status === 'refused' ? 'rejected' : status
}

/** @returns what it threw. */
async function callBack(
  { onDone }: DetachedRequest,
  record: RecordKeeper,
): Promise<EncodedError | undefined> {
  if (onDone === undefined) return undefined
  try {
    const definition = await loadTask(onDone.task, onDone.module)
    const init = { name: onDone.task, executor: 'inline', cancellation: new Cancellation() }
    await runTask(definition, [record.report], new RunningTask(init))
    return undefined
  } catch (error) {
    console.error(`onDone of this run failed:`, error)
    return encodeError(error)
  }
}
