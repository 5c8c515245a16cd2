import {
  type Bytes,
  Cancellation,
  type Frame,
  type LogReader,
  type LogRecord,
  RunningTask,
} from '@conc/core/internal'
import { idsAbove } from '../calls/ids-above.js'
import type { CallOwner, CallRequest } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { decodeVars } from '../link/context-bytes.js'
import { recordBytes } from '../logs/record-bytes.js'
import { bodyOfId } from './body-names.js'

/** Whether nothing came along that the surroundings of a body have to be made of. */
export function isPlain(request: CallRequest): boolean {
  const { vars, parentId, startTimeoutMs, logLevel, depth, priority } = request
  const isLimited = startTimeoutMs !== undefined
  const isRanked = depth !== 0 || priority !== 0
  return !vars && parentId === undefined && !isLimited && !isRanked && logLevel === undefined
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
  const { vars, parentId, task, startTimeoutMs, depth, priority } = request
  // The one right above it is known here.
  const above = parentId === undefined ? depth : Math.max(depth - 1, 0)
  return {
    ...around,
    vars: vars && decodeVars(new Map(varEntries(vars))),
    // While that body waits for the call, the call may run on its slot.
    slots: slotsAbove(request),
    task: parentId === undefined ? undefined : parentOf(parentId, task, executor),
    startTimeoutMs,
    rank: { depth: above, priority },
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

/** Of the bodies above it that are known here, the nearest first. */
function slotsAbove(request: CallRequest): Frame['slots'] {
  const slots = idsAbove(request).flatMap((id) => bodyOfId(id)?.slots ?? [])
  return slots.length > 0 ? [...new Set(slots)] : undefined
}

/** Only its id is known here. */
function parentOf(id: string, name: string, executor: string): RunningTask {
  return new RunningTask({ name, executor, id, cancellation: new Cancellation() })
}
