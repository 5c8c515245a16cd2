import { deferred, holdsSlot, type RunningTask, whileSuspended } from '@conc/core/internal'
import { encode } from '@conc/wire'
import { LeaseLostError } from '../errors.js'
import { warnOfForgotten } from '../locks/forgotten.js'
import type { LockReply, LockRequest } from '../locks/lock-request.js'
import type { LockQuestion, LockRoute } from '../locks/lock-route.js'
import { encodeRelease } from '../locks/release-body.js'
import { encodeLockRequest } from '../locks/request-bytes.js'
import { TaskOwners, tasksAbove } from '../locks/task-owners.js'
import type { Frame } from '../protocol/frame.js'
import { frameType } from '../protocol/frame-types.js'
import { Lease } from './lease.js'
import type { Questions } from './questions.js'

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
  readonly #questions: Questions
  readonly #checkUsable: () => void
  readonly #held = new Map<number, HeldHere>()
  readonly #tasks = new TaskOwners<SessionOwner>(
    (task) => ({ number: ++this.#owners, task }),
    (owner) => this.#left(owner),
  )
  #owners = 0
  #waiting = 0

  /** @param checkUsable throws where nothing can be asked. */
  constructor(questions: Questions, checkUsable: () => void) {
    this.#questions = questions
    this.#checkUsable = checkUsable
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
    const { promise, resolve, reject } = deferred<LockReply>()
    try {
      const id = this.#send(request, owner as SessionOwner, resolve, reject)
      const answer = holdsSlot() ? whileSuspended(() => promise) : promise
      return { answer, giveUp: () => this.#questions.giveUp(id) }
    } catch (error) {
      return { answer: Promise.reject(error), giveUp: nothing }
    }
  }

  letGo(token: number, owner: unknown): void {
    const { number } = owner as SessionOwner
    this.#forget(token, owner as SessionOwner)
    this.#questions.tell(frameType.release, encodeRelease({ token, owner: number }))
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

  /** @returns the id of the question. */
  #send(
    request: LockRequest,
    owner: SessionOwner,
    resolve: (reply: LockReply) => void,
    reject: (error: unknown) => void,
  ): number {
    this.#checkUsable()
    const sentAt = performance.now()
    const asker = {
      answered: (frame: Frame): void => {
        this.#waiting--
        this.lease.confirmed(sentAt)
        try {
          resolve(this.#noted(request, owner, frame.decodeBody('reply') as LockReply))
        } catch (error) {
          reject(error)
        }
      },
      failed: (error: unknown): void => {
        this.#waiting--
        reject(error)
      },
    }
    const meta = encodeLockRequest(request)
    const id = this.#questions.ask(frameType.acquire, asker, meta, this.#bytesOf(owner))
    this.#waiting++
    this.lease.watch(sentAt)
    if (request.op === 'release') this.#forget(request.token, owner)
    return id
  }

  #noted(request: LockRequest, owner: SessionOwner, reply: LockReply): LockReply {
    if (request.op === 'acquire' && typeof reply === 'number' && !this.#held.has(reply)) {
      this.#held.set(reply, { owner, name: request.name, watchers: new Set() })
    }
    return reply
  }

  /** What a task above shares stays that one's. */
  #forget(token: number, owner: SessionOwner): void {
    if (this.#held.get(token)?.owner.number === owner.number) this.#held.delete(token)
  }

  #bytesOf({ number, task }: SessionOwner): readonly Uint8Array[] {
    if (task === undefined) return encode(number).chunks
    const above = [...tasksAbove(task)].map((one) => this.#tasks.known(one)?.number)
    const known = above.filter((one) => one !== undefined)
    return encode({ number, task: task.name, above: known }).chunks
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
    this.letGo(token, held.owner)
    for (const told of held.watchers) told(reason)
  }
}
