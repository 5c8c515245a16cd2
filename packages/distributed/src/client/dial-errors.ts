import type { IncomingMessage } from 'node:http'
import { AuthenticationError, ConnectionLostError, ExecutorError } from '@conc/core'
import { VersionMismatchError } from '../errors.js'
import { protocolName } from '../protocol/limits.js'
import { handshakeHeader } from '../security/handshake-headers.js'
import type { ConnectSettings } from './connect-options.js'

/** Nobody listens there: whoever did is gone. */
export function isRefused(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED'
}

/** The next try may well succeed: nobody listened yet, or the connection broke off. */
export function isWorthRetrying(error: unknown): boolean {
  return isRefused(error) || ['ECONNRESET', 'EPIPE', 'CONC_BUSY'].includes(codeOf(error))
}

function codeOf(error: unknown): string {
  if (!(error instanceof ConnectionLostError)) return ''
  return (error.cause as NodeJS.ErrnoException | undefined)?.code ?? ''
}

/** What an answer means that is no upgrade. */
export function refusal({ host, port }: ConnectSettings, response: IncomingMessage): Error {
  const { statusCode, headers } = response
  response.resume()
  const where = `${host}:${port}`
  if (statusCode === 426) {
    const remote = String(headers[handshakeHeader.protocol] ?? 'unknown')
    const text = `The server at ${where} speaks protocol ${remote}, this side ${protocolName}.`
    return new VersionMismatchError(text, { local: protocolName, remote })
  }
  if (statusCode === 401) {
    return new AuthenticationError(`The server at ${where} did not accept the key.`)
  }
  if (statusCode === 403) {
    return new AuthenticationError(`The server at ${where} does not answer to the name '${host}'.`)
  }
  if (statusCode === 503) {
    const text = `The server at ${where} takes no more sessions.`
    const cause = Object.assign(new Error('HTTP 503'), { code: 'CONC_BUSY' })
    return new ConnectionLostError(text, { started: false, cause })
  }
  return new ExecutorError(`What listens at ${where} is no server of ours (HTTP ${statusCode}).`)
}

/** Codes of a certificate that is not trusted, or of a side that does not trust ours. */
const trustFailure = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME)/

/** Why there is no connection: no way there, no trust, or no time. */
export function connectionError(error: Error, host: string, port: number): Error {
  // Node wraps the reason of an abort.
  if (error instanceof ExecutorError) return error
  if (error.cause instanceof ExecutorError) return error.cause
  const { code = '' } = error as NodeJS.ErrnoException
  const init = { cause: error, started: false }
  if (trustFailure.test(code)) {
    const { reason = error.message } = error as { reason?: string }
    return new AuthenticationError(`TLS with ${host}:${port} failed: ${reason}`, init)
  }
  return new ConnectionLostError(`No connection to ${host}:${port}: ${error.message}`, init)
}
