import {
  attemptNumber,
  type Call,
  type Level,
  type TaskDefinition,
  type TravelContext,
} from '@conc/core/internal'
import type { CallRequest } from '../coordinator/call-request.js'
import { checkHeadersFit, checkWordsFit, encodeVars } from '../link/context-bytes.js'
import { encodePayload, type PayloadOwner } from '../link/payload.js'
import { smallest } from './limits-of-time.js'

/** What an executor says of all of its calls. */
export interface SubmitLimits {
  readonly maxPayloadBytes: number
  readonly tagMatch?: 'all' | 'any' | undefined
  readonly startTimeoutMs?: number | undefined
}

/**
 * The first attempt of a call, with its arguments and surroundings as bytes.
 *
 * @param context what `captureContext` gave when the call was made.
 * @param logLevel how much is wanted of its records.
 * @throws {SerializationError | PayloadTooLargeError} something cannot travel.
 */
export function encodeSubmit(
  call: Call,
  args: readonly unknown[],
  context: TravelContext | undefined,
  kind: CallRequest['kind'],
  limits: SubmitLimits,
  logLevel?: Level,
): CallRequest {
  const definition = call.definition as TaskDefinition
  const owner: PayloadOwner = { task: definition.name, executor: call.executor, started: false }
  checkHeadersFit(context?.headers, owner)
  checkWordsFit(call.options, owner)
  return {
    task: definition.name,
    version: definition.version,
    module: definition.module,
    kind,
    args: encodePayload(args, 'args', limits.maxPayloadBytes, owner),
    vars: encodeVars(context?.vars, owner),
    headers: context?.headers,
    parentId: context?.parentId,
    depth: depthOf(call),
    attempt: attemptOf(call, 1),
    deadline: context?.deadline,
    startTimeoutMs: smallest(context?.startTimeoutMs, limits.startTimeoutMs),
    priority: call.options.priority ?? call.frame?.rank?.priority ?? 0,
    tags: call.options.tags,
    tagMatch: limits.tagMatch === 'any' ? 'any' : undefined,
    logLevel,
    wantsProgress: call.options.onProgress !== undefined,
    idempotencyKey: call.options.idempotencyKey,
  }
}

/** Calls above this one: those that are known here, and those above them elsewhere. */
function depthOf(call: Call): number {
  let depth = call.frame?.rank?.depth ?? 0
  for (let above = call.parent; above; above = above.parent) depth++
  return depth
}

/** The same for another attempt of this loop. */
export function inAttempt(call: Call, request: CallRequest, number: number): CallRequest {
  const attempt = attemptOf(call, number)
  return attempt === request.attempt ? request : changed(request, { attempt })
}

/** The same with these. Named one by one: what a class has of a request, a spread would not take along. */
export function changed(request: CallRequest, changes: Partial<CallRequest>): CallRequest {
  const all: { [K in keyof Required<CallRequest>]: CallRequest[K] } = {
    task: request.task,
    version: request.version,
    module: request.module,
    kind: request.kind,
    args: request.args,
    vars: request.vars,
    headers: request.headers,
    parentId: request.parentId,
    depth: request.depth,
    attempt: request.attempt,
    deadline: request.deadline,
    startTimeoutMs: request.startTimeoutMs,
    priority: request.priority,
    tags: request.tags,
    tagMatch: request.tagMatch,
    logLevel: request.logLevel,
    wantsProgress: request.wantsProgress,
    idempotencyKey: request.idempotencyKey,
    ...changes,
  }
  return all
}

/** The number that `currentTask().attempt` shows: of this loop, or of the executor's in front. */
function attemptOf(call: Call, number: number): number {
  return call.options[attemptNumber] ?? number
}
