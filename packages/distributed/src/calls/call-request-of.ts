import {
  attemptNumber,
  type Call,
  type TaskDefinition,
  type TravelContext,
} from '@conc/core/internal'
import type { CallRequest } from '../coordinator/call-request.js'
import { checkHeadersFit, encodeVars } from '../link/context-bytes.js'
import { encodePayload, type PayloadOwner } from '../link/payload.js'
import { startTimeoutHere } from './limits-of-time.js'

/** What of a call is the same for each of its attempts. */
export type EncodedSubmit = Omit<CallRequest, 'attempt'>

/**
 * A call with its arguments and surroundings as bytes.
 *
 * @param context what `captureContext` gave when the call was made.
 * @throws {SerializationError | PayloadTooLargeError} something cannot travel.
 */
export function encodeSubmit(
  call: Call,
  args: readonly unknown[],
  context: TravelContext | undefined,
  kind: CallRequest['kind'],
  maxPayloadBytes: number,
): EncodedSubmit {
  const definition = call.definition as TaskDefinition
  const owner: PayloadOwner = { task: definition.name, executor: call.executor, started: false }
  checkHeadersFit(context?.headers, owner)
  return {
    task: definition.name,
    version: definition.version,
    module: definition.module,
    kind,
    args: encodePayload(args, 'args', maxPayloadBytes, owner),
    vars: encodeVars(context?.vars, owner),
    headers: context?.headers,
    parentId: context?.parentId,
    depth: 0,
    deadline: context?.deadline,
    startTimeoutMs: startTimeoutHere(),
    priority: call.options.priority ?? 0,
    tags: call.options.tags,
    wantsProgress: call.options.onProgress !== undefined,
    idempotencyKey: call.options.idempotencyKey,
  }
}

/** The number that `currentTask().attempt` shows: of this loop, or of the executor's in front. */
export function attemptOf(call: Call, number: number): number {
  return call.options[attemptNumber] ?? number
}
