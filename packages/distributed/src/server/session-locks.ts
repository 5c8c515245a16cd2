import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockQuestion, LockRoute } from '../locks/lock-route.js'
import { readLockRequest } from '../locks/read-request.js'
import type { Frame } from '../protocol/frame.js'
import { decodeMeta } from '../protocol/meta.js'
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

/** What one session holds and waits for at the locks of its server. It ends with the session, or with a long silence. */
export class SessionLocks {
  readonly #session: string
  readonly #route: LockRoute
  readonly #answers: LockAnswers
  /** By the number that the client gave them. */
  readonly #owners = new Map<number, ClientOwner>()
  readonly #waiting = new Map<number, LockQuestion>()
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

  async ask({ id, meta, body }: Frame): Promise<void> {
    this.#silence.heard()
    try {
      const said = decodeMeta(meta) ?? {}
      const reply = await this.#answer(id, readLockRequest(body), said)
      if (!this.#isOver) this.#answers.granted(id, reply)
    } catch (error) {
      if (!this.#isOver) this.#answers.refused(id, error)
    } finally {
      this.#waiting.delete(id)
    }
  }

  /** The client waits no more. @returns whether that was about a lock. */
  cancel(id: number): boolean {
    const question = this.#waiting.get(id)
    if (question === undefined) return false
    this.#waiting.delete(id)
    question.giveUp()
    return true
  }

  /** The session is gone: what it held passes on, and it waits for nothing. */
  end(): void {
    this.#isOver = true
    this.#silence.end()
    for (const id of [...this.#waiting.keys()]) this.cancel(id)
    for (const { owner } of this.#owners.values()) this.#leave(owner)
    this.#owners.clear()
  }

  get #isHolding(): boolean {
    for (const { tokens } of this.#owners.values()) if (tokens.size > 0) return true
    return false
  }

  async #answer(
    id: number,
    request: LockRequest,
    said: Readonly<Record<string, unknown>>,
  ): Promise<LockReply> {
    if (request.op === 'renew') return undefined
    const client = this.#ownerOf(said)
    client.waiting++
    try {
      const question = this.#route.ask(request, client.owner)
      this.#waiting.set(id, question)
      const reply = await question.answer
      this.#note(request, reply, client)
      return reply
    } finally {
      client.waiting--
      if (client.waiting === 0 && client.tokens.size === 0) this.#owners.delete(client.number)
    }
  }

  #ownerOf({ owner, task, above }: Readonly<Record<string, unknown>>): ClientOwner {
    const number = Number(owner)
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

  #note(request: LockRequest, reply: LockReply, { owner, tokens }: ClientOwner): void {
    if (request.op === 'release') tokens.delete(request.token)
    if (request.op === 'leave') tokens.clear()
    if (request.op !== 'acquire' || typeof reply !== 'number') return
    if (this.#isOver) {
      this.#leave(owner)
      return
    }
    tokens.add(reply)
    this.#silence.watch()
  }

  /** Nothing was heard for too long: others may have it. */
  #lapse(): void {
    for (const { owner, tokens } of this.#owners.values()) {
      for (const token of tokens) {
        this.#route.ask({ op: 'release', token }, owner).answer.catch(() => {})
        this.#answers.lost(token)
      }
      tokens.clear()
    }
  }

  #leave(owner: unknown): void {
    this.#route.ask({ op: 'leave' }, owner).answer.catch(() => {})
  }
}
