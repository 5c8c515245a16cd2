import { randomBytes } from 'node:crypto'
import type { Bytes, RecordLevel } from '@conc/core/internal'
import { encode } from '@conc/wire'
import type { CloseReport } from '../close-report.js'
import type { OpenWebSocket } from '../connection/attached-socket.js'
import { Connection } from '../connection/connection.js'
import type { Ending } from '../coordinator/call-request.js'
import type { Fault } from '../coordinator/fault.js'
import type { LockReply } from '../locks/lock-request.js'
import type { LockRoute } from '../locks/lock-route.js'
import { maySubmitterSend } from '../protocol/call-grammar.js'
import type { Frame } from '../protocol/frame.js'
import { frameType, isIgnorable } from '../protocol/frame-types.js'
import { closeCode } from '../protocol/limits.js'
import { decodeMeta, encodeMeta, type Meta } from '../protocol/meta.js'
import type { Visitor } from './gate.js'
import { LockDoor } from './lock-door.js'
import type { AuthorizeRequest, ServeSettings } from './serve-options.js'
import type { ServedCall } from './served-call.js'
import { SessionCalls, type SessionCallsHost } from './session-calls.js'
import { SessionLocks } from './session-locks.js'
import { SessionReplies } from './session-replies.js'

/** The server as one of its sessions sees it. */
export interface SessionHost {
  readonly settings: ServeSettings
  readonly executorName: string
  readonly isOpen: boolean
  /** Whether a body of its executor has this id. */
  isLive(taskId: string): boolean
  readonly tasks: ReadonlyMap<string, string | undefined>
  /** What the first answer says of the server. */
  welcome(): Meta
  /** Gives the call its turn, now or later. */
  accept(session: ServerSession, call: ServedCall): void
  withdrawn(call: ServedCall): void
  over(session: ServerSession, call: ServedCall): void
  /** The locks that its tasks see too. */
  readonly lockRoute: LockRoute
  /** A request about the server itself: STATS, STOP. */
  asked(session: ServerSession, frame: Frame): void
  gone(session: ServerSession, why: string): void
  lost(session: ServerSession): void
}

const opening: ReadonlySet<number> = new Set([
  frameType.task,
  frameType.stats,
  frameType.stop,
  frameType.acquire,
])

/** One client, from its proof to its end: its calls, its quotas, and the connection that carries them. */
export class ServerSession implements SessionCallsHost {
  readonly id: string = randomBytes(16).toString('base64url')
  readonly visitor: Visitor
  readonly connection: Connection
  readonly #host: SessionHost
  readonly #calls = new SessionCalls(this)
  readonly #replies: SessionReplies
  #maxPayloadBytes: number
  #isGone = false
  #keepsOrphans = false
  #hasGreeted = false
  /** The highest id that the client has begun something with. */
  #lastId = 0
  readonly #stopIds: number[] = []
  readonly #locks: SessionLocks
  readonly #lockDoor: LockDoor

  constructor(host: SessionHost, visitor: Visitor, opened: OpenWebSocket) {
    this.#host = host
    this.visitor = visitor
    this.#maxPayloadBytes = host.settings.maxPayloadBytes
    this.#locks = new SessionLocks(this.id.slice(0, 8), host.lockRoute, host.settings.leaseMs, {
      granted: (id, reply) => this.#granted(id, reply),
      refused: (id, error) => this.refuse(id, error),
      lost: (token) => this.send(frameType.lost, 0, { token }),
    })
    this.#lockDoor = new LockDoor(this, this.#locks)
    this.connection = new Connection(
      {
        received: (frame) => this.#received(frame),
        lost: () => host.lost(this),
        closed: (_code, reason) => this.end(reason),
        beforeFlush: () => this.#replies.tellStates(),
      },
      host.settings,
    )
    this.#replies = new SessionReplies(this.connection.writer)
    this.connection.attach(opened)
  }

  get maxPayloadBytes(): number {
    return this.#maxPayloadBytes
  }

  get executorName(): string {
    return this.#host.executorName
  }

  get settings(): ServeSettings {
    return this.#host.settings
  }

  get isOpen(): boolean {
    return this.#host.isOpen
  }

  isLive(taskId: string): boolean {
    return this.#host.isLive(taskId)
  }

  send(type: number, id: number, meta: Meta, body?: Bytes): void {
    this.connection.writer.add(type, id, encodeMeta(meta), body)
  }

  /** What all clients are told. One that is not greeted yet learns it with its WELCOME, which has to come first. */
  tell(type: number, meta: Meta): void {
    if (this.#hasGreeted) this.send(type, 0, meta)
  }

  /** The client has gone for good. Its work is cancelled, or goes on for nobody: but for streams, which would wait for ever to be pulled. */
  end(why: string): void {
    if (this.#isGone) return
    this.#isGone = true
    this.connection.discard()
    this.#locks.end()
    const isMeant = ({ request }: ServedCall): boolean =>
      !this.#keepsOrphans || request.kind !== 'call'
    this.#calls.cancelAll('client', 'The client has gone.', isMeant)
    this.#host.gone(this, why)
  }

  /** @returns how many calls that was. */
  cancelAll(origin: 'client' | 'shutdown', message: string): number {
    return this.#calls.cancelAll(origin, message)
  }

  /** The client has asked for the end of the server, and is told when it has come. */
  waitsForEnd(id: number): void {
    this.#stopIds.push(id)
  }

  /** The last word. */
  say(report: CloseReport): void {
    for (const id of this.#stopIds) this.send(frameType.stop, id, { ...report })
  }

  stateChanged(call: ServedCall): void {
    this.#replies.stateChanged(call)
  }

  progressed(call: ServedCall, data: Bytes): void {
    this.#replies.progressed(call, data)
  }

  /** Whoever does not keep up loses records, not calls. */
  logged({ id }: ServedCall, level: RecordLevel, record: Bytes): void {
    if (!this.connection.isBehind) this.send(frameType.log, id, { level }, record)
  }

  yielded(call: ServedCall, pack: Bytes): void {
    this.#replies.yielded(call, pack)
  }

  interrupted(call: ServedCall, reason: Fault): void {
    this.#replies.interrupted(call, reason)
  }

  settled(call: ServedCall, ending: Ending): void {
    this.#replies.settled(call, ending)
  }

  over(call: ServedCall): void {
    if (this.#calls.delete(call)) this.#host.over(this, call)
  }

  withdrawn(call: ServedCall): void {
    this.#host.withdrawn(call)
  }

  accept(call: ServedCall): void {
    this.#host.accept(this, call)
  }

  fault(): void {
    this.connection.fault()
  }

  /** Reads on only while the arguments that it has sent are within its quota. */
  hold(isOver: boolean): void {
    if (isOver) this.connection.hold()
    else this.connection.release()
  }

  /** Refuses what a frame asks for. */
  refuse(id: number, error: unknown): void {
    this.#replies.refuse(id, error)
  }

  #received(frame: Frame): void {
    const { type, id } = frame
    if (opening.has(type)) this.#lastId = Math.max(this.#lastId, id)
    if (!this.#hasGreeted) this.#greeted(frame)
    else if (type === frameType.task) this.#calls.asked(frame)
    else if (type === frameType.stats || type === frameType.stop) this.#host.asked(this, frame)
    else if (type === frameType.acquire) this.#lockDoor.take(frame)
    else if (type === frameType.release && this.#locks.release(frame)) return
    else if (type === frameType.cancel && this.#lockDoor.cancel(id)) return
    else if (!this.#calls.received(frame) && !isIgnorable(type) && !this.#isLate(frame))
      this.fault()
  }

  /** Whether it crossed with the end of what it is about. That is nobody's fault, however often it happens. */
  #isLate({ type, id }: Frame): boolean {
    return id !== 0 && id <= this.#lastId && maySubmitterSend('duplex', type)
  }

  #greeted({ type, meta }: Frame): void {
    const said = type === frameType.hello ? decodeMeta(meta) : undefined
    if (said === undefined) {
      this.connection.fail(closeCode.protocol, 'The first frame has to be a HELLO.')
      return
    }
    this.#hasGreeted = true
    this.#keepsOrphans = said.orphans === 'finish'
    const { maxPayloadBytes: theirs } = said
    if (typeof theirs === 'number' && theirs >= 1) {
      this.#maxPayloadBytes = Math.min(this.#maxPayloadBytes, theirs)
    }
    const tasks = encode(this.#host.tasks, { root: 'tasks' }).chunks
    this.send(frameType.welcome, 0, { session: this.id, ...this.#host.welcome() }, tasks)
    // It may not submit, but ask how far the drain is, and cut it short.
    if (!this.#host.isOpen) this.tellClosing()
  }

  /** The server takes no more work. Whoever is not greeted yet learns it after that. */
  tellClosing(): void {
    this.tell(frameType.goAway, { reason: 'The server is closing.' })
  }

  #granted(id: number, reply: LockReply): void {
    this.connection.writer.add(frameType.grant, id, undefined, encode(reply).chunks)
  }

  /** What `authorize` says; a throw is a no. */
  async isAllowed(action: AuthorizeRequest['action'], task?: string): Promise<boolean> {
    const { authorize } = this.#host.settings
    const { identity, address } = this.visitor
    if (authorize === undefined) return true
    try {
      const request = { action, address, ...(task && { task }), ...(identity && { identity }) }
      return (await authorize(request)) === true
    } catch {
      return false
    }
  }
}
