import { randomBytes } from 'node:crypto'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { AuthenticationError } from '@conc/core'
import type { WebSocket } from 'ws'
import type { OpenWebSocket } from '../connection/attached-socket.js'
import { largestMessage, protocolName } from '../protocol/limits.js'
import {
  handshakeHeader,
  handshakePath,
  nonceBytes,
  type ResumeRequest,
  resumedAt,
  resumeText,
  subprotocol,
} from '../security/handshake-headers.js'
import { urlHost } from '../security/host-names.js'
import {
  bindingOf,
  clientProof,
  isSameProof,
  serverProof,
  type Transcript,
} from '../security/proofs.js'
import type { ConnectSettings } from './connect-options.js'
import { connectionError, refusal } from './dial-errors.js'
import { openSocket } from './open-socket.js'

/** A WebSocket to a server that has proven to know the key. */
export interface Dialled extends OpenWebSocket {
  /** The last message that the server has seen of the session that was to go on; `undefined`: it does not. */
  readonly resumedAt: number | undefined
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
  // Loading it takes as long as all else here: who connects to nothing does without.
  const { WebSocket } = await import('ws')
  const challenge = await askForChallenge(settings, signal)
  const socket = await openSocket(settings, signal)
  const transcript = transcriptOf(settings, socket, challenge, resume)
  const proof = clientProof(settings.keys, transcript)
  const ws = new WebSocket(`${urlOf(settings)}${handshakePath}`, subprotocol, {
    createConnection: () => socket,
    perMessageDeflate: false,
    maxPayload: largestMessage(settings.maxPayloadBytes),
    // A mask protects proxies from what scripts in browsers send. This is none, and it would cost a pass over each byte.
    generateMask: () => {},
    headers: proofHeaders(transcript, proof),
  })
  const expected = (answer: string): Buffer => serverProof(settings.keys, transcript, proof, answer)
  const at = resumedAt(await proven(ws, settings, expected, signal))
  return { ws, socket, side: 'connecting', resumedAt: at }
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

/** @returns what a server that has proven itself says about the session that was to go on. */
function proven(
  ws: WebSocket,
  settings: ConnectSettings,
  expected: (answer: string) => Buffer,
  signal: AbortSignal,
): Promise<string> {
  const { host, port } = settings
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
      if (isSameProof(expected(answer), said)) return
      fail(new AuthenticationError(`The server at ${host}:${port} does not know the key.`))
    })
    ws.once('unexpected-response', (_request, response) => fail(refusal(settings, response)))
    ws.once('error', (error) => fail(connectionError(error, host, port)))
    ws.once('open', () => {
      signal.removeEventListener('abort', abort)
      ws.removeAllListeners()
      // What comes before somebody listens would be lost.
      ws.pause()
      resolve(answer ?? '')
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
