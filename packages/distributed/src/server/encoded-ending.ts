import { ExecutorError, RemoteError } from '@conc/core'
import type { Bytes } from '@conc/core/internal'
import { encode, encodeError } from '@conc/wire'
import { toldOf } from '../calls/self-cancelled.js'
import type { Ending } from '../coordinator/call-request.js'
import { Fault } from '../coordinator/fault.js'
import { owned } from '../link/payload.js'
import { PlainValue } from '../link/plain-value.js'
import { isPlainValue, plainBytes } from '../protocol/plain.js'

/** Whose values become bytes. */
export interface EncodingCall {
  readonly request: { readonly task: string }
  readonly executor: { readonly name: string }
  readonly maxBytes: number
}

type Failed = Extract<Ending, { ok: false }>

/** @throws {SerializationError | PayloadTooLargeError} */
export function encodedValue(value: unknown, root: string, call: EncodingCall): Bytes {
  try {
    return encode(value, { root, maxBytes: call.maxBytes }).chunks
  } catch (error) {
    throw owned(error, { ...namesOf(call), started: true })
  }
}

/** How a call ended whose body gave this. */
export function succeededWith(value: unknown, call: EncodingCall): Ending {
  if (isPlainValue(value) && call.maxBytes >= plainBytes) return new PlainValue(value)
  try {
    return { ok: true, value: encodedValue(value, 'result', call) }
  } catch (error) {
    return unsendable(error)
  }
}

/**
 * How a call ended that failed with this.
 *
 * @param told whether its body was told to stop, and whether the executor says that it threw this.
 */
export function failedWith(
  error: unknown,
  { isCancelled, isThrown }: { readonly isCancelled: boolean; readonly isThrown: boolean },
  call: EncodingCall,
): Ending {
  const names = namesOf(call)
  if (!isThrown && isOwn(error, names.executor)) {
    return { ok: false, phase: 'infra', started: error.started, fault: Fault.of(error) }
  }
  const bytes = errorBytes(toldOf(error, { isCancelled, ...names }), call)
  return { ok: false, phase: 'body', started: true, fault: Fault.from(bytes) }
}

/** What refused a call before it began. */
export function refusedWith(error: unknown): Failed {
  return { ok: false, phase: 'reject', started: false, fault: Fault.of(error) }
}

/** What could not be made bytes. */
export function unsendable(error: unknown): Failed {
  return { ok: false, phase: 'encode', started: true, fault: Fault.of(error) }
}

/** An error of this executor, and not one that a body got from another executor and let through. */
function isOwn(error: unknown, executor: string): error is ExecutorError {
  if (!(error instanceof ExecutorError)) return false
  return error.executor === undefined || error.executor === executor
}

function errorBytes(error: unknown, call: EncodingCall): Bytes {
  const { task, executor } = namesOf(call)
  const { maxBytes } = call
  const where = `task '${task}', executor '${executor}'`
  const { chunks, byteLength } = encodeError(error, { where })
  if (byteLength <= maxBytes) return chunks
  const name = error instanceof Error ? error.name : 'Error'
  const text = `An error of ${byteLength} bytes was thrown; the limit is ${maxBytes}.`
  return encodeError(new RemoteError(text, { name }), { where }).chunks
}

function namesOf({ request, executor }: EncodingCall): { task: string; executor: string } {
  return { task: request.task, executor: executor.name }
}
