import {
  type Bytes,
  Cancellation,
  type Frame,
  type LogReader,
  type LogRecord,
  RunningTask,
} from '@conc/core/internal'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { decodeVars } from '../link/context-bytes.js'
import { recordBytes } from '../logs/record-bytes.js'

/** Whether nothing came along that the surroundings of a body have to be made of. */
export function isPlain({ vars, parentId, startTimeoutMs, logLevel }: CallRequest): boolean {
  const isLimited = startTimeoutMs !== undefined
  return vars === undefined && parentId === undefined && !isLimited && logLevel === undefined
}

/**
 * What came with a call, as what surrounds its body.
 *
 * @param executor the name of the one that it is for.
 * @param around what surrounds all calls.
 */
export function surroundingsOf(
  request: CallRequest,
  owner: CallOwner,
  executor: string,
  around: Frame,
): Frame {
  const { vars, parentId, task, startTimeoutMs } = request
  return {
    ...around,
    vars: vars && decodeVars(new Map(varEntries(vars))),
    task: parentId === undefined ? undefined : parentOf(parentId, task, executor),
    startTimeoutMs,
    logs: readerOf(request, owner),
  }
}

/** What bodies in this process say goes to the client as well, if it asked. */
function readerOf({ logLevel: level }: CallRequest, owner: CallOwner): LogReader | undefined {
  const log = (record: LogRecord): void => owner.log?.(record.level, recordBytes(record))
  return level && { level, log }
}

function* varEntries(vars: ReadonlyMap<string, Bytes>): Generator<[string, Uint8Array]> {
  for (const [name, bytes] of vars) yield [name, inOne(bytes)]
}

/** Only its id is known here. */
function parentOf(id: string, name: string, executor: string): RunningTask {
  return new RunningTask({ name, executor, id, cancellation: new Cancellation() })
}
