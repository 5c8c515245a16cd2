import {
  ConnectionLostError,
  ExecutorClosedError,
  type ExecutorError,
  ProtocolError,
} from '@conc/core'
import { closeCode } from '../protocol/limits.js'
import type { OutgoingCall } from './outgoing-call.js'

/** What a call in flight rejects with when its connection is gone: as much as is known of whether it had begun. */
export function lostError(
  { task, started }: OutgoingCall,
  session: { readonly name: string; readonly url: string },
  cause: unknown,
): ConnectionLostError {
  const text =
    started === false
      ? `There is no connection to ${session.url}, and '${task}' was not sent.`
      : `The connection to ${session.url} was lost with '${task}' in flight.`
  return new ConnectionLostError(text, { task, executor: session.name, started, cause })
}

/** What a session refuses with that its server, or its absence, has ended. */
export function endedError(executor: string, cause: ExecutorError): ExecutorClosedError {
  const remedy = 'Connect again, or with `lazy: true`, which waits for the next server.'
  const text = `Session '${executor}' has ended: ${cause.message} ${remedy}`
  return new ExecutorClosedError(text, { executor, cause })
}

/** Why a session ends whose connection the server has closed. */
export function closeError(code: number, reason: string): ExecutorError {
  const text = reason === '' ? `code ${code}.` : reason
  if (code === closeCode.goingAway || code === closeCode.normal) {
    return new ConnectionLostError(`The server closed the connection: ${text}`)
  }
  return new ProtocolError(`The connection was closed: ${text}`)
}
