import { holdsSlot, type RunningTask, whileSuspended } from '@conc/core/internal'
import { decode, encode } from '@conc/wire'
import { LeaseLostError } from '../errors.js'
import { warnOfForgotten } from '../locks/forgotten.js'
import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockQuestion, LockRoute } from '../locks/lock-route.js'
import { TaskOwners, tasksAbove } from '../locks/task-owners.js'
import type { Meta } from '../protocol/meta.js'
import { Lease } from './lease.js'
import type { Question } from './questions.js'

/** A task of this process, or a single acquisition. */
interface SessionOwner {
  readonly number: number
  readonly task?: RunningTask
}

interface HeldHere {
  readonly owner: SessionOwner
  readonly name: string
  readonly watchers: Set<(reason: unknown) => void>
}

const nothing = (): void => {}

/** To the locks of the server. All that is held ends with the session, or after a silence of `leaseMs`. */
export class SessionLockRoute implements LockRoute {
  readonly lease: Lease
  readonly #send: (meta: Meta, body: readonly Uint8Array[]) => Question
  readonly #held = new Map<number, HeldHere>()
  readonly #tasks = new TaskOwners<SessionOwner>(
    (task) => ({ number: ++this.#owners, task }),
    (owner) => this.#left(owner),
  )
  #owners = 0
  #waiting = 0

  constructor(send: (meta: Meta, body: readonly Uint8Array[]) => Question) {
    this.#send = send
    this.lease = new Lease({
      isNeeded: () => this.#held.size + this.#waiting > 0,
      renew: () => this.ask({ op: 'renew' }, this.stranger()).answer,
      lost: (reason) => this.#loseAll(reason),
    })
  }

  owner(): SessionOwner {
    return this.#tasks.here() ?? this.stranger()
  }

  stranger(): SessionOwner {
    return { number: ++this.#owners }
  }

  ask(request: LockRequest, owner: unknown): LockQuestion {
    const sentAt = performance.now()
    const asked = this.#trySend(request, owner as SessionOwner)
    if (!('answer' in asked)) return { answer: Promise.reject(asked.error), giveUp: nothing }
    if (request.op === 'release') this.#held.delete(request.token)
    const answer = this.#answer(asked, request, owner as SessionOwner, sentAt)
    return {
      answer: holdsSlot() ? whileSuspended(() => answer) : answer,
      giveUp: asked.giveUp,
    }
  }

  watch(token: number, told: (reason: unknown) => void): () => void {
    const held = this.#held.get(token)
    if (held === undefined) {
      told(new LeaseLostError('It was lost before it could be used.'))
      return nothing
    }
    held.watchers.add(told)
    return () => void held.watchers.delete(told)
  }

  /** The server has taken it away. */
  lost(token: number): void {
    this.#lose(token, new LeaseLostError('The server heard nothing of its holder for too long.'))
  }

  /** The session is gone on the other side, or closed on this one. */
  reset(cause: unknown): void {
    this.#loseAll(new LeaseLostError('The session that held it has ended.', { cause }))
    this.lease.end()
  }

  /** It is closed by whoever made it. */
  closing(): void {
    warnOfForgotten([...this.#held.values()].map(({ name }) => name))
  }

  #trySend(request: LockRequest, owner: SessionOwner): Question | { readonly error: unknown } {
    try {
      return this.#send(this.#metaOf(owner), encode(request).chunks)
    } catch (error) {
      return { error }
    }
  }

  async #answer(
    asked: Question,
    request: LockRequest,
    owner: SessionOwner,
    sentAt: number,
  ): Promise<LockReply> {
    this.#waiting++
    this.lease.watch(sentAt)
    try {
      const { body } = await asked.answer
      const reply = decode(body, { root: 'reply' }) as LockReply
      this.lease.confirmed(sentAt)
      if (request.op === 'acquire' && typeof reply === 'number' && !this.#held.has(reply)) {
        this.#held.set(reply, { owner, name: request.name, watchers: new Set() })
      }
      return reply
    } finally {
      this.#waiting--
    }
  }

  #metaOf({ number, task }: SessionOwner): Meta {
    if (task === undefined) return { owner: number }
    const above = [...tasksAbove(task)].map((one) => this.#tasks.known(one)?.number)
    return { owner: number, task: task.name, above: above.filter((one) => one !== undefined) }
  }

  #left(owner: SessionOwner): void {
    const forgotten = [...this.#held].filter(([, held]) => held.owner === owner)
    for (const [token] of forgotten) this.#held.delete(token)
    warnOfForgotten(
      forgotten.map(([, { name }]) => name),
      owner.task?.name,
    )
    this.ask({ op: 'leave' }, owner).answer.catch(nothing)
  }

  #loseAll(reason: LeaseLostError): void {
    for (const token of [...this.#held.keys()]) this.#lose(token, reason)
  }

  #lose(token: number, reason: LeaseLostError): void {
    const held = this.#held.get(token)
    if (held === undefined) return
    // The server may not know yet, and would keep it for a holder that has given it up.
    this.ask({ op: 'release', token }, held.owner).answer.catch(nothing)
    this.#held.delete(token)
    for (const told of held.watchers) told(reason)
  }
}
