import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { WebSocketServer } from 'ws'
import type { OpenWebSocket } from '../connection/attached-socket.js'
import { largestMessage, protocolName } from '../protocol/limits.js'
import {
  handshakeHeader,
  handshakePath,
  type ResumeRequest,
  resumeAnswer,
  resumeRequest,
  subprotocol,
} from '../security/handshake-headers.js'
import { hostNameOf, isLoopback, isWildcard } from '../security/host-names.js'
import type { ProofKeys } from '../security/keys.js'
import { serverProof } from '../security/proofs.js'
import { type ServerTls, secureContextOptions } from '../security/tls-options.js'
import { DoorBudget } from './door-budget.js'
import { ProofCheck, type Proven } from './proof-check.js'
import type { Refusals } from './refusals.js'
import type { ServeSettings } from './serve-options.js'

/** Somebody who has proven the key. */
export interface Visitor {
  readonly address: string
  /** The first name in the certificate that was shown. */
  readonly identity: string | undefined
  readonly resume: ResumeRequest | undefined
}

export interface GateHost {
  /** The last message seen of the session that the visitor wants to go on with; `undefined`: it does not go on. */
  lastSeen(visitor: Visitor): number | undefined
  hasRoom(): boolean
  admit(opened: OpenWebSocket, visitor: Visitor, isResumed: boolean): void
}

const refusalDelayMs = 250
const headerBytes = 8 * 1024

/** The port: everything before a WebSocket exists. Whoever comes in has proven the key, and was shown that we know it. */
export class Gate {
  readonly #settings: ServeSettings
  readonly #host: GateHost
  readonly #refusals: Refusals
  readonly #proofs: ProofCheck
  readonly #budget: DoorBudget
  readonly #sockets: WebSocketServer
  readonly #http: Server | TlsServer
  readonly #answers = new WeakMap<IncomingMessage, string[]>()
  #isOpen = true

  constructor(
    settings: ServeSettings,
    host: GateHost,
    refusals: Refusals,
    Sockets: typeof WebSocketServer,
  ) {
    this.#settings = settings
    this.#host = host
    this.#refusals = refusals
    const { keys, tls } = settings
    this.#proofs = new ProofCheck(keys, tls !== undefined && tls.channelBinding !== false)
    this.#budget = new DoorBudget(settings.handshakeTimeoutMs)
    this.#sockets = new Sockets({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: largestMessage(settings.maxPayloadBytes),
      handleProtocols: () => subprotocol,
    })
    this.#sockets.on('headers', (headers, request) => {
      headers.push(...(this.#answers.get(request) ?? []))
    })
    this.#http = this.#makeServer(tls)
  }

  get server(): Server | TlsServer {
    return this.#http
  }

  set keys(keys: readonly ProofKeys[]) {
    this.#proofs.keys = keys
  }

  reloadTls(tls: ServerTls): void {
    ;(this.#http as TlsServer).setSecureContext(secureContextOptions(tls))
  }

  /** Lets nobody in any more. Resolves when nothing listens. */
  async close(): Promise<void> {
    this.#isOpen = false
    this.#budget.clear()
    await new Promise<void>((resolve) => this.#http.close(() => resolve()))
  }

  #makeServer(tls: ServerTls | undefined): Server | TlsServer {
    const http = { maxHeaderSize: headerBytes, noDelay: true }
    const server = tls
      ? createTlsServer({ ...http, ...secureContextOptions(tls), ...clientCertificates(tls) })
      : createServer(http)
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => {})
      this.#budget.arrived(socket)
    })
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(404, { connection: 'close', 'content-length': 0 }).end()
    })
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => {})
      this.#knocked(request, socket as Socket, head)
    })
    server.on('clientError', (_error: Error, socket: Duplex) => socket.destroy())
    return server
  }

  #knocked(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const fault = this.#faultOf(request, socket)
    if (fault !== undefined) {
      respond(socket, fault, { [handshakeHeader.protocol]: protocolName })
      return
    }
    if (request.headers[handshakeHeader.proof] === undefined) {
      respond(socket, 401, { [handshakeHeader.challenge]: this.#proofs.challenge() })
      return
    }
    const proven = this.#proofs.proven(request, socket)
    if (proven === undefined) this.#refuse(socket)
    else this.#enter(request, socket, head, proven)
  }

  /** What is wrong with a request before any proof, as an HTTP status. */
  #faultOf({ url, method, headers }: IncomingMessage, socket: Socket): number | undefined {
    if (!this.#isOpen) return 503
    if (url !== handshakePath || method !== 'GET') return 404
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
      return 400
    if (headers.origin !== undefined)
      return this.#refusedFor(socket, 403, 'it came from a web page')
    if (!this.#isOurName(headers.host))
      return this.#refusedFor(socket, 403, 'it asked for another host')
    const isSpoken = majorOf(headers[handshakeHeader.protocol]) === majorOf(protocolName)
    if (!isSpoken || headers['sec-websocket-protocol'] !== subprotocol) return 426
    return undefined
  }

  #refusedFor(socket: Socket, status: number, reason: string): number {
    this.#refusals.add(socket.remoteAddress ?? '', reason)
    return status
  }

  #isOurName(header: string | undefined): boolean {
    const { host, allowedHosts } = this.#settings
    if (isWildcard(host)) return true
    const name = hostNameOf(header ?? '')
    return name === host.toLowerCase() || isLoopback(name) || allowedHosts.includes(name)
  }

  /** Late, so that guessing is slow, and with the answer that everybody gets. */
  #refuse(socket: Socket): void {
    this.#refusals.add(socket.remoteAddress ?? '', 'it did not prove the key')
    const timer = setTimeout(
      () => respond(socket, 401, { [handshakeHeader.challenge]: this.#proofs.challenge() }),
      refusalDelayMs,
    )
    socket.once('close', () => clearTimeout(timer))
  }

  #enter(request: IncomingMessage, socket: Socket, head: Buffer, proven: Proven): void {
    this.#budget.passed(socket)
    const { keys, transcript, proof } = proven
    const visitor: Visitor = {
      address: socket.remoteAddress ?? '',
      identity: identityOf(socket),
      resume: resumeRequest(transcript.resume),
    }
    const lastSeen = visitor.resume && this.#host.lastSeen(visitor)
    if (lastSeen === undefined && !this.#host.hasRoom()) {
      respond(socket, 503, {})
      return
    }
    const answer = visitor.resume ? resumeAnswer(lastSeen) : ''
    const seal = serverProof(keys, transcript, proof, answer).toString('base64url')
    this.#answers.set(request, [
      `${handshakeHeader.protocol}: ${protocolName}`,
      `${handshakeHeader.proof}: ${seal}`,
      ...(answer === '' ? [] : [`${handshakeHeader.resume}: ${answer}`]),
    ])
    this.#sockets.handleUpgrade(request, socket, head, (ws) =>
      this.#host.admit({ ws, socket, side: 'listening' }, visitor, lastSeen !== undefined),
    )
  }
}

function respond(socket: Socket, status: number, headers: Record<string, string>): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': '0' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`)
  socket.resume()
}

function clientCertificates({ requireClientCert = false }: ServerTls): object {
  return requireClientCert ? { requestCert: true, rejectUnauthorized: true } : {}
}

function identityOf(socket: Socket): string | undefined {
  const { getPeerCertificate } = socket as Partial<TLSSocket>
  const names = getPeerCertificate?.call(socket)?.subjectaltname
  return names?.split(', ')[0]?.replace(/^[A-Za-z ]+:/, '')
}

function majorOf(version: string | string[] | undefined): string {
  return String(version ?? '').split('.')[0] as string
}
