import { randomBytes } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as netConnect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { AuthenticationError, ConnectionLostError, ExecutorError } from '@conc/core'
import { WebSocket } from 'ws'
import { VersionMismatchError } from '../errors.js'
import { overheadBytes, protocolName } from '../protocol/limits.js'
import {
  handshakeHeader,
  handshakePath,
  nonceBytes,
  type ResumeRequest,
  resumedAt,
  resumeText,
  subprotocol,
} from '../security/handshake-headers.js'
import { bindAddress, urlHost } from '../security/host-names.js'
import {
  bindingOf,
  clientProof,
  isSameProof,
  serverProof,
  type Transcript,
} from '../security/proofs.js'
import { secureContextOptions } from '../security/tls-options.js'
import type { ConnectSettings } from './connect-options.js'

/** A WebSocket to a server that has proven to know the key. */
export interface Dialled {
  readonly ws: WebSocket
  readonly socket: Socket
  /** The last message that the server has seen of the session that was to go on; `undefined`: it does not. */
  readonly resumedAt: number | undefined
}

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

/**
 * Opens a WebSocket: asks for a challenge, answers it, and has the server prove itself.
 *
 * @param signal gives up.
 * @throws {ConnectionLostError} no connection, or no answer.
 * @throws {AuthenticationError} either side did not prove the key, or TLS does not trust the other side.
 * @throws {VersionMismatchError} the server speaks another protocol.
 */
export async function dial(
  settings: ConnectSettings,
  resume: ResumeRequest | undefined,
  signal: AbortSignal,
): Promise<Dialled> {
  const challenge = await askForChallenge(settings, signal)
  const socket = await openSocket(settings, signal)
  return await upgrade(settings, socket, challenge, resume, signal)
}

export function urlOf({ host, port, tls }: ConnectSettings): string {
  return `${tls ? 'wss' : 'ws'}://${urlHost(host)}:${port}`
}

async function askForChallenge(settings: ConnectSettings, signal: AbortSignal): Promise<string> {
  const socket = await openSocket(settings, signal)
  try {
    const response = await firstResponse(settings, socket, signal)
    const challenge = response.headers[handshakeHeader.challenge]
    if (response.statusCode === 401 && typeof challenge === 'string') return challenge
    throw refusal(settings, response)
  } finally {
    socket.destroy()
  }
}

function firstResponse(
  { host, port }: ConnectSettings,
  socket: Socket,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      createConnection: () => socket,
      path: handshakePath,
      signal,
      headers: {
        host: `${urlHost(host)}:${port}`,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        'sec-websocket-protocol': subprotocol,
        [handshakeHeader.protocol]: protocolName,
      },
    })
    request.on('response', (response) => {
      response.resume()
      resolve(response)
    })
    request.on('error', (error) => reject(connectionError(error, host, port)))
    request.on('upgrade', (_response, upgraded) => {
      upgraded.destroy()
      reject(new AuthenticationError(`The server at ${host}:${port} asks for no proof.`))
    })
    request.end()
  })
}

/** A connection over which nothing has been said yet; over TLS one whose other side is trusted. */
function openSocket(settings: ConnectSettings, signal: AbortSignal): Promise<Socket> {
  const { host, port, tls } = settings
  const address = bindAddress(host)
  return new Promise((resolve, reject) => {
    const socket = tls ? secureSocket(settings, address) : netConnect({ host: address, port })
    const fail = (error: Error): void => {
      socket.destroy()
      reject(connectionError(error, host, port))
    }
    const abort = (): void => fail(signal.reason as Error)
    socket.once('error', fail)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      socket.on('error', () => {})
      socket.setNoDelay(true)
      resolve(socket)
    })
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

function secureSocket({ host, port, tls }: ConnectSettings, address: string): Socket {
  const own = tls === true || tls === undefined ? {} : tls
  const { servername = host } = own
  return tlsConnect({
    host: address,
    port,
    ...secureContextOptions(own),
    ...(/[a-z]/i.test(servername) && !servername.includes(':') && { servername }),
    ALPNProtocols: ['http/1.1'],
  })
}

function upgrade(
  settings: ConnectSettings,
  socket: Socket,
  challenge: string,
  resume: ResumeRequest | undefined,
  signal: AbortSignal,
): Promise<Dialled> {
  const transcript = transcriptOf(settings, socket, challenge, resume)
  const proof = clientProof(settings.keys, transcript)
  const { host, port } = settings
  const ws = new WebSocket(`${urlOf(settings)}${handshakePath}`, subprotocol, {
    createConnection: () => socket,
    perMessageDeflate: false,
    maxPayload: settings.maxPayloadBytes + overheadBytes,
    // A mask protects proxies from what scripts in browsers send. This is none, and it would cost a pass over each byte.
    generateMask: () => {},
    headers: proofHeaders(transcript, proof),
  })
  return new Promise((resolve, reject) => {
    let answer: string | undefined
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', abort)
      ws.on('error', () => {})
      ws.terminate()
      reject(error)
    }
    const abort = (): void => fail(connectionError(signal.reason as Error, host, port))
    signal.addEventListener('abort', abort, { once: true })
    ws.once('upgrade', ({ headers }) => {
      answer = String(headers[handshakeHeader.resume] ?? '')
      const said = Buffer.from(String(headers[handshakeHeader.proof] ?? ''), 'base64url')
      if (isSameProof(serverProof(settings.keys, transcript, proof, answer), said)) return
      fail(new AuthenticationError(`The server at ${host}:${port} does not know the key.`))
    })
    ws.once('unexpected-response', (_request, response) => fail(refusal(settings, response)))
    ws.once('error', (error) => fail(connectionError(error, host, port)))
    ws.once('open', () => {
      signal.removeEventListener('abort', abort)
      ws.removeAllListeners()
      // What comes before somebody listens would be lost.
      ws.pause()
      resolve({ ws, socket, resumedAt: resumedAt(answer ?? '') })
    })
  })
}

function transcriptOf(
  { tls }: ConnectSettings,
  socket: Socket,
  challenge: string,
  resume: ResumeRequest | undefined,
): Transcript {
  const isBound = tls === true || (tls !== undefined && tls.channelBinding !== false)
  return {
    protocol: protocolName,
    method: 'GET',
    path: handshakePath,
    challenge,
    nonce: randomBytes(nonceBytes).toString('base64url'),
    binding: bindingOf(socket, isBound),
    resume: resume ? resumeText(resume) : '',
  }
}

function proofHeaders(transcript: Transcript, proof: Buffer): Record<string, string> {
  const { protocol, challenge, nonce, binding, resume } = transcript
  return {
    [handshakeHeader.protocol]: protocol,
    [handshakeHeader.challenge]: challenge,
    [handshakeHeader.nonce]: nonce,
    [handshakeHeader.binding]: binding.name,
    [handshakeHeader.proof]: proof.toString('base64url'),
    ...(resume !== '' && { [handshakeHeader.resume]: resume }),
  }
}

function refusal({ host, port }: ConnectSettings, response: IncomingMessage): Error {
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

function connectionError(error: Error, host: string, port: number): Error {
  // Node wraps the reason of an abort.
  if (error instanceof ExecutorError) return error
  if (error.cause instanceof ExecutorError) return error.cause
  const { code = '' } = error as NodeJS.ErrnoException
  const init = { cause: error, started: false }
  if (trustFailure.test(code)) {
    return new AuthenticationError(`TLS with ${host}:${port} failed: ${error.message}`, init)
  }
  return new ConnectionLostError(`No connection to ${host}:${port}: ${error.message}`, init)
}
