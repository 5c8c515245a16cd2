import { channels } from '@conc/core'
import { publish, Timer } from '@conc/core/internal'
import type { OpenWebSocket } from '../connection/attached-socket.js'
import type { PoolLog } from '../logs/pool-log.js'
import type { Visitor } from './gate.js'
import { ServerSession, type SessionHost } from './server-session.js'

/** The sessions of a server: those that have a socket, and those that may still come back with another one. */
export class Sessions implements Iterable<ServerSession> {
  readonly #host: SessionHost
  readonly #log: PoolLog
  readonly #byId = new Map<string, ServerSession>()
  readonly #lost = new Map<ServerSession, Timer>()

  constructor(host: SessionHost, log: PoolLog) {
    this.#host = host
    this.#log = log
  }

  get size(): number {
    return this.#byId.size
  }

  [Symbol.iterator](): Iterator<ServerSession> {
    return [...this.#byId.values()][Symbol.iterator]()
  }

  /** The last message seen of the session that the visitor wants to go on with, if it can. */
  lastSeen({ resume, identity }: Visitor): number | undefined {
    const session = resume && this.#byId.get(resume.session)
    if (!resume || !session || session.visitor.identity !== identity) return undefined
    return session.connection.canResumeAfter(resume.seq) ? session.connection.lastSeen : undefined
  }

  open(opened: OpenWebSocket, visitor: Visitor): ServerSession {
    const session = new ServerSession(this.#host, visitor, opened)
    this.#byId.set(session.id, session)
    this.#tell('open', session)
    return session
  }

  resume(opened: OpenWebSocket, { resume }: Visitor): void {
    const session = resume && this.#byId.get(resume.session)
    if (!resume || !session) return
    this.#stopWaiting(session)
    session.connection.attach(opened, resume.seq)
    this.#tell('resumed', session)
  }

  /** Its socket broke: it has `resumeMs` to come back. */
  lost(session: ServerSession): void {
    this.#tell('lost', session)
    const timer = new Timer(this.#host.settings.resumeMs, () =>
      session.end('It did not come back.'),
    )
    this.#lost.set(session, timer)
  }

  forget(session: ServerSession, why: string): void {
    if (!this.#byId.delete(session.id)) return
    this.#stopWaiting(session)
    this.#tell('closed', session, why)
  }

  #stopWaiting(session: ServerSession): void {
    this.#lost.get(session)?.clear()
    this.#lost.delete(session)
  }

  #tell(type: string, { id, visitor }: ServerSession, reason?: string): void {
    publish(channels.session, type, this.#host.executorName, () => ({
      id,
      address: visitor.address,
      ...(reason && { reason }),
    }))
    this.#log.say('debug', `session ${type}`, {
      fields: { session: id.slice(0, 8), address: visitor.address, ...(reason && { reason }) },
    })
  }
}
