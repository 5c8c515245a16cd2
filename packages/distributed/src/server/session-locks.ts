import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockQuestion, LockRoute } from '../locks/lock-route.js'
import { readRelease } from '../locks/release-body.js'
import { readLockRequest } from '../locks/request-bytes.js'
import type { Frame } from '../protocol/frame.js'
import { IdTable } from '../protocol/id-table.js'
import { SilenceWatch } from './silence-watch.js'

export interface LockAnswers {
  granted(id: number, reply: LockReply): void
  refused(id: number, error: unknown): void
  /** What was granted under this token has passed on. */
  lost(token: number): void
}

/** One owner of the session: a task of the client, or a single acquisition. */
interface ClientOwner {
  readonly number: number
  readonly owner: unknown
  readonly tokens: Set<number>
  waiting: number
}

/** A request that is not answered. */
interface OpenRequest {
  readonly id: number
  readonly request: LockRequest
  readonly client: ClientOwner
  readonly question: LockQuestion
}

/** What one session holds and waits for at the locks of its server. It ends with the session, or with a long silence. */
export class SessionLocks {
  readonly #session: string
  readonly #route: LockRoute
  readonly #answers: LockAnswers
  /** By the number that the client gave them. */
  readonly #owners = new Map<number, ClientOwner>()
  readonly #waiting = new IdTable<OpenRequest>()
  readonly #silence: SilenceWatch
  #isOver = false

  /** @param session how its owners are shown. */
  constructor(session: string, route: LockRoute, leaseMs: number, answers: LockAnswers) {
    this.#session = session
    this.#route = route
    this.#answers = answers
    this.#silence = new SilenceWatch(leaseMs, () => this.#isHolding, {
      tooLong: () => this.#lapse(),
    })
  }

  /** Requests that are not answered. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** An ACQUIRE frame, whose session may have ended while somebody thought about it. */
  ask(frame: Frame): void {
    if (this.#isOver) return
    this.#silence.heard()
    const { id, meta } = frame
    try {
      const request = readLockRequest(meta)
      if (request.op === 'renew') this.#answers.granted(id, undefined)
      else this.#ask(id, request, this.#ownerOf(frame.decodeBody('owner')))
    } catch (error) {
      this.#answers.refused(id, error)
    }
  }

  /** A RELEASE frame, which is not answered: it may have crossed with the loss. @returns whether it can be read. */
  release(frame: Frame): boolean {
    this.#silence.heard()
    const release = readRelease(frame)
    const client = this.#owners.get(Number(release?.owner))
    if (release && client?.tokens.delete(release.token)) {
      this.#route.letGo(release.token, client.owner)
      this.#tidy(client)
    }
    return release !== undefined
  }

  /** Whether a request of this id is not answered. */
  has(id: number): boolean {
    return this.#waiting.has(id)
  }

  /** Gives up a request that is not answered: it never will be. @returns whether there was one. */
  cancel(id: number): boolean {
    const open = this.#waiting.get(id)
    if (open !== undefined) this.#close(open)
    return open !== undefined
  }

  /** The session is gone: what it held passes on, and it waits for nothing. */
  end(): void {
    this.#isOver = true
    this.#silence.end()
    for (const open of this.#waiting.values()) this.#close(open)
    for (const { owner } of this.#owners.values()) this.#leave(owner)
    this.#owners.clear()
  }

  get #isHolding(): boolean {
    for (const { tokens } of this.#owners.values()) if (tokens.size > 0) return true
    return false
  }

  #ask(id: number, request: LockRequest, client: ClientOwner): void {
    const question = this.#route.ask(request, client.owner)
    const open = { id, request, client, question }
    this.#waiting.set(id, open)
    client.waiting++
    question.answer.then(
      (reply) => this.#granted(open, reply),
      (error) => this.#refused(open, error),
    )
  }

  #granted(open: OpenRequest, reply: LockReply): void {
    const { id, request, client } = open
    if (!this.#answered(open)) {
      // It was on its way when nobody wanted it any more.
      if (isToken(request, reply)) this.#route.letGo(reply, client.owner)
      return
    }
    this.#note(request, reply, client)
    this.#tidy(client)
    this.#answers.granted(id, reply)
  }

  #refused(open: OpenRequest, error: unknown): void {
    if (!this.#answered(open)) return
    this.#tidy(open.client)
    this.#answers.refused(open.id, error)
  }

  /** @returns whether somebody waits for the answer. */
  #answered(open: OpenRequest): boolean {
    const { id, client } = open
    if (this.#waiting.get(id) !== open) return false
    this.#waiting.delete(id)
    client.waiting--
    return true
  }

  #close(open: OpenRequest): void {
    if (!this.#answered(open)) return
    open.question.giveUp()
    this.#tidy(open.client)
  }

  /** Forgets an owner that holds nothing and waits for nothing. */
  #tidy(client: ClientOwner): void {
    if (client.waiting === 0 && client.tokens.size === 0) this.#owners.delete(client.number)
  }

  #ownerOf(said: unknown): ClientOwner {
    const { number: one, task, above } = fieldsOf(said)
    const number = Number(one)
    const known = this.#owners.get(number)
    if (known !== undefined) return known
    const ancestors = Array.isArray(above) ? above.map((one) => this.#idOf(Number(one))) : []
    const made: ClientOwner = {
      number,
      owner: this.#route.stranger({
        id: this.#idOf(number),
        ancestors: () => ancestors,
        ...(typeof task === 'string' && { task }),
      }),
      tokens: new Set(),
      waiting: 0,
    }
    this.#owners.set(number, made)
    return made
  }

  #idOf(number: number): string {
    return `${this.#session}-${number}`
  }

  #note(request: LockRequest, reply: LockReply, { tokens }: ClientOwner): void {
    if (request.op === 'release') tokens.delete(request.token)
    if (request.op === 'leave') tokens.clear()
    if (!isToken(request, reply)) return
    tokens.add(reply)
    this.#silence.watch()
  }

  /** Nothing was heard for too long: others may have it. */
  #lapse(): void {
    for (const client of this.#owners.values()) {
      for (const token of client.tokens) {
        this.#route.letGo(token, client.owner)
        this.#answers.lost(token)
      }
      client.tokens.clear()
      this.#tidy(client)
    }
  }

  #leave(owner: unknown): void {
    this.#route.ask({ op: 'leave' }, owner).answer.catch(() => {})
  }
}

/** A single acquisition says its number alone. */
function fieldsOf(owner: unknown): Readonly<Record<string, unknown>> {
  return Object(typeof owner === 'number' ? { number: owner } : owner)
}

/** Whether the reply is what was granted. */
function isToken({ op }: LockRequest, reply: LockReply): reply is number {
  return op === 'acquire' && typeof reply === 'number'
}
